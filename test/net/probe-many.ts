import { probeSsh } from '../../shared/net/tcp-probe.ts'

/** Probes one port of 127.0.0.1 many times at once, and prints what came of it: `node probe-many.ts <port> <times>`. */
const port = Number(process.argv[2])
const probes = Array.from({ length: Number(process.argv[3]) }, () =>
  probeSsh({ address: '127.0.0.1', port }, { budgetMs: 60_000 }),
)
const results = await Promise.all(probes)
const count = (kind: string) => results.filter((result) => result.kind === kind).length
const reasons = new Set(results.flatMap((result) => (result.kind === 'inconclusive' ? [result.reason] : [])))
const [reachable, unreachable, inconclusive] = ['reachable', 'unreachable', 'inconclusive'].map(count)
process.stdout.write(JSON.stringify({ reachable, unreachable, inconclusive, reasons: [...reasons] }))
