import {
  paginateDescribeDBEngineVersions,
  paginateDescribeOrderableDBInstanceOptions,
  RDSClient,
} from '@aws-sdk/client-rds'
import { ENGINE_MAJOR_VERSION, type Engine } from '../../../infra/aws/engine.ts'
import type { Facts } from '../facts.ts'
import { clientSettings } from './client-settings.ts'
import { reading } from './reading.ts'

/** Reads whether RDS offers the database in this region, and in which zones. */
export const readOffer = (wanted: Engine): Promise<NonNullable<Facts['offer']>> =>
  reading('rds:DescribeDBEngineVersions and rds:DescribeOrderableDBInstanceOptions', async () => {
    const client = new RDSClient(clientSettings())
    const versions = await listVersions(client, wanted)
    const hasVersion = versions.includes(wanted.version)
    return { hasVersion, versions, zones: hasVersion ? await listZones(client, wanted) : [] }
  })

async function listVersions(client: RDSClient, { engine }: Engine): Promise<string[]> {
  const query = { Engine: engine, DBParameterGroupFamily: `${engine}${ENGINE_MAJOR_VERSION}` }
  const versions: string[] = []
  for await (const { DBEngineVersions = [] } of paginateDescribeDBEngineVersions({ client }, query)) {
    versions.push(
      ...DBEngineVersions.flatMap(({ EngineVersion = '' }) =>
        EngineVersion.startsWith(`${ENGINE_MAJOR_VERSION}.`) ? [EngineVersion] : [],
      ),
    )
  }
  return versions
}

async function listZones(client: RDSClient, { engine, version, instanceClass }: Engine): Promise<string[]> {
  const query = { Engine: engine, EngineVersion: version, DBInstanceClass: instanceClass, Vpc: true }
  const zones = new Set<string>()
  for await (const page of paginateDescribeOrderableDBInstanceOptions({ client }, query)) {
    for (const { AvailabilityZones = [] } of page.OrderableDBInstanceOptions ?? []) {
      for (const { Name } of AvailabilityZones) if (Name !== undefined) zones.add(Name)
    }
  }
  return [...zones]
}
