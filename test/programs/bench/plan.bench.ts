import { randomUUID } from 'node:crypto'
import { parseHostId } from '../../../shared/domain/ids.ts'
import { planSchedules } from '../../../shared/domain/schedule-plan.ts'
import { type Figure, median, secondsOf } from './figures.ts'

const HOSTS = 100_000
const ROUNDS = 5

/** The pure plan of a large fleet, with a schedule a host and with buckets. */
export async function run(): Promise<Figure[]> {
  const hosts = Array.from({ length: HOSTS }, () => ({ id: parseHostId(randomUUID()) }))
  const secondsWith = async (hostsPerSchedule: number): Promise<number> => {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(
        await secondsOf(async () => planSchedules(hosts, { intervalMs: 300_000, hostsPerSchedule })),
      )
    }
    return median(rounds)
  }
  const name = 'plan for 100,000 hosts'
  return [
    { name, value: await secondsWith(1), unit: 's', budget: { atMost: 1 } },
    { name: `${name}, 500 a schedule`, value: await secondsWith(500), unit: 's', budget: { atMost: 1 } },
  ]
}
