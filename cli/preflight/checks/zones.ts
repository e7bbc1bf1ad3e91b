import type { NetworkSettings } from '../../../infra/aws/settings.ts'
import type { Facts, Zone } from '../facts.ts'
import { type Finding, judged, summarise } from '../finding.ts'

/** Zones, by their ids, in which Lambda connects no function to a VPC: it then refuses the subnet when it is deployed. */
const WITHOUT_LAMBDA: readonly string[] = ['use1-az3']
const NEEDED_ZONES = 2

type Created = Extract<NetworkSettings, { kind: 'create' }>

/** Whether Lambda and the database are in the zones of the VPC that the stack creates. */
export function checkZones({ zones, offer }: Facts, network: NetworkSettings): Finding[] {
  if (network.kind !== 'create' || zones === null) return []
  return judged('zones', zones, (all) => {
    const chosen = chosenZones(network, all)
    if (chosen.length < NEEDED_ZONES)
      return [
        {
          level: 'failure',
          says: `${NEEDED_ZONES} zones are needed, and the region has ${all.map(({ name }) => name).join(', ')}: name two of them in -c availabilityZones=`,
        },
      ]
    const offered = offer?.kind === 'read' ? offer.value.zones : null
    const names = chosen.map(({ name }) => name).join(' and ')
    return summarise(
      [...withoutLambda(chosen), ...withoutDatabase(chosen, offered)],
      `Lambda and the database are in ${names}`,
    )
  })
}

/** CloudFormation takes the first two in the order of their names. */
const chosenZones = ({ availabilityZones }: Created, all: readonly Zone[]): readonly Zone[] =>
  availabilityZones.length === 0
    ? all.toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, NEEDED_ZONES)
    : all.filter(({ name }) => availabilityZones.includes(name))

const OTHER_ZONES = 'choose others with -c availabilityZones='

const withoutLambda = (chosen: readonly Zone[]): Omit<Finding, 'check'>[] =>
  chosen
    .filter(({ id }) => WITHOUT_LAMBDA.includes(id))
    .map(({ name, id }) => ({
      level: 'failure',
      says: `Lambda is not in the zone ${name} (${id}): ${OTHER_ZONES}`,
    }))

const withoutDatabase = (
  chosen: readonly Zone[],
  offered: readonly string[] | null,
): Omit<Finding, 'check'>[] =>
  offered === null || offered.length === 0
    ? []
    : chosen
        .filter(({ name }) => !offered.includes(name))
        .map(({ name }) => ({
          level: 'failure',
          says: `RDS does not offer the database in the zone ${name}: ${OTHER_ZONES}`,
        }))
