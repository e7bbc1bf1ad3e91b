import { randomUUID } from 'node:crypto'
import { HostIdList } from '../../../shared/domain/host-id-list.ts'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { planSchedules } from '../../../shared/domain/schedule-plan.ts'
import { type Figure, median, secondsOf } from './figures.ts'

const HOSTS = 100_000
const ROUNDS = 5

/** The pure plan of a large fleet, with one host per schedule and with buckets. */
export async function run(): Promise<Figure[]> {
  const hosts = HostIdList.of(Array.from({ length: HOSTS }, () => parseHostId(randomUUID())))
  const secondsWith = async (hostsPerSchedule: number): Promise<number> => {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(
        await secondsOf(async () => {
          for (const _ of planSchedules(hosts, { intervalMs: 300_000, hostsPerSchedule }));
        }),
      )
    }
    return median(rounds)
  }
  const name = 'plan for 100,000 hosts'
  return [
    { name, value: await secondsWith(1), unit: 's', budget: { atMost: 1 } },
    { name: `${name}, 500 per schedule`, value: await secondsWith(500), unit: 's', budget: { atMost: 1 } },
  ]
}
