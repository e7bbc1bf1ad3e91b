/** `npm run bench [-- --json]`: what this system does in a second, beside what the machine could do at most. */
import { parseArgs } from 'node:util'
import { startBenchDatabase } from '../../support/postgres/prepared-database.ts'
import * as drift from './drift.bench.ts'
import * as fanOut from './fan-out.bench.ts'
import { type Figure, isWithinBudget, tableOf } from './figures.ts'
import * as liveness from './liveness.bench.ts'
import * as plan from './plan.bench.ts'
import * as publish from './publish.bench.ts'
import * as silent from './silent.bench.ts'

const BENCHES = { liveness, silent, plan, drift, 'fan-out': fanOut, publish }

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
await using db = await startBenchDatabase()
const figures: Figure[] = []
for (const [name, bench] of Object.entries(BENCHES)) {
  process.stderr.write(`measuring ${name} …\n`)
  figures.push(...(await bench.run(db)))
}
const results = figures.map((figure) => ({ ...figure, withinBudget: isWithinBudget(figure) }))
process.stdout.write(values.json ? `${JSON.stringify({ figures: results })}\n` : `${tableOf(figures)}\n`)
