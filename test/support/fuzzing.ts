import { randomInt } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'

/** A run of a fuzzer: FUZZ_SEED plays one again, FUZZ_RUNS makes it longer (or shorter). */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const RUNS = process.env.FUZZ_RUNS === undefined ? null : Number(process.env.FUZZ_RUNS)
for (const [name, value] of [
  ['FUZZ_SEED', SEED],
  ['FUZZ_RUNS', RUNS ?? 1],
] as const)
  if (!Number.isInteger(value)) throw new Error(`${name} must be a whole number`)

/** One case that takes this long hangs: each does work of milliseconds. */
export const HANG_MS = 30_000
/** Of a test: a run that was asked to be longer takes as long as it takes. */
export const FUZZ_TIMEOUT_MS = RUNS === null ? 120_000 : 24 * 3_600_000
/** More than this held on to, on top of what a test began with, is not bounded memory. */
export const MEMORY_GROWTH_MB = 64

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What is held on to: how much the process has been given says more of the collector's mood. */
function heldMb(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

/** Holds the property for many random inputs; `runs` is for `npm test`, some seconds. The seed is printed. */
export async function fuzz<Input>(
  inputs: fc.Arbitrary<Input>,
  runs: number,
  holds: (input: Input) => unknown,
): Promise<void> {
  const numRuns = RUNS ?? runs
  process.stdout.write(`fuzzing, ${numRuns} runs; again: FUZZ_SEED=${SEED} FUZZ_RUNS=${numRuns}\n`)
  const beforeMb = heldMb()
  const property = fc.asyncProperty(inputs, async (input) => {
    const startedAt = performance.now()
    await holds(input)
    // What never yields escapes the timeout below, but not this.
    if (performance.now() - startedAt > HANG_MS) throw new Error('the case hung')
  })
  await fc.assert(property, { seed: SEED, numRuns, timeout: HANG_MS })
  const grownMb = heldMb() - beforeMb
  if (grownMb > MEMORY_GROWTH_MB) throw new Error(`memory grew by ${Math.round(grownMb)} MB`)
}
