/** A mutant that survives, and why no test is to kill it. */
export type Equivalent = {
  readonly file: string
  readonly original: string
  readonly replacement: string
  readonly why: string
}

/** Mutants that change nothing that anybody could see: what is faster, or said once more for the reader. */
export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: 'shared/domain/drift.ts',
    original: 'delta === null',
    replacement: 'false',
    why: 'null is compared as 0, which no threshold is met by. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/hash.ts',
    original: '40 - 32',
    replacement: '40 + 32',
    why: 'A shift takes its count modulo 32: 72 and 8 are the same.',
  },
  {
    file: 'shared/domain/cadence.ts',
    original: 'intervalMs <= 0',
    replacement: 'intervalMs < 0',
    why: 'The jittered interval of 0 is 0, whether it is computed or not.',
  },
  {
    file: 'shared/domain/bus-event.ts',
    original: "'utf8'",
    replacement: '""',
    why: 'Buffer.byteLength counts UTF-8 where it does not know the encoding.',
  },
]
