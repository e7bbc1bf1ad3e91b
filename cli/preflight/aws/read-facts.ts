import { findEngine } from '../../../infra/aws/engine.ts'
import type { Installation } from '../../../infra/aws/installation.ts'
import { createNames } from '../../../shared/domain/names.ts'
import type { Facts } from '../facts.ts'
import { readBootstrapVersion, readConcurrency, readStackStatus } from './read-account.ts'
import { readOffer } from './read-database.ts'
import { readTakenNames } from './read-names.ts'
import { readVpcs, readZones } from './read-network.ts'
import { readQuotas, readSchedulerQuotas } from './read-quotas.ts'
import { readNetwork } from './read-subnets.ts'

/** Reads all that the checks of this installation need. Nothing is changed, and a call that fails stops no other. */
export async function readFacts(
  { name, settings }: Installation,
  identity: Pick<Facts, 'account' | 'region'>,
): Promise<Facts> {
  const { network, database } = settings
  const creates = network.kind === 'create'
  const engine = findEngine(database)
  const [
    bootstrapVersion,
    stackStatus,
    takenNames,
    concurrency,
    zones,
    vpcs,
    quotas,
    schedulerQuotas,
    existing,
    offer,
  ] = await Promise.all([
    readBootstrapVersion(),
    readStackStatus(createNames(name).stack),
    readTakenNames(name),
    readConcurrency(),
    creates ? readZones() : null,
    creates ? readVpcs() : null,
    creates ? readQuotas() : null,
    readSchedulerQuotas(),
    network.kind === 'existing' ? readNetwork(network.vpcId, network.subnetIds) : null,
    engine === null ? null : readOffer(engine),
  ])
  return {
    ...identity,
    bootstrapVersion,
    stackStatus,
    takenNames,
    concurrency,
    zones,
    vpcs,
    quotas,
    schedulerQuotas,
    network: existing,
    offer,
  }
}
