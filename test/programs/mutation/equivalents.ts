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
  {
    file: 'shared/domain/ids.ts',
    original: 'i < id.length',
    replacement: 'i <= id.length',
    why: 'What would be written beyond the end of a typed array is dropped.',
  },
  {
    file: 'shared/domain/schedule-plan.ts',
    original: 'bit < depth',
    replacement: 'bit <= depth',
    why: 'A remainder modulo 2^depth has no bit at depth; at depth 32 it moves the phase by no millisecond.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'scoreDelta === null',
    replacement: 'false',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'comparedDelta === null',
    replacement: 'false',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'priorScore === null || currentScore === null',
    replacement: 'false',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'priorScore === null || currentScore === null',
    replacement: 'priorScore === null && currentScore === null',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'priorScore === null',
    replacement: 'false',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/drift-event.ts',
    original: 'currentScore === null',
    replacement: 'false',
    why: 'A verdict that is not stable has them. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/addresses.ts',
    original: 'kind !== null',
    replacement: 'true',
    why: 'No set of classes has null in it. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/addresses.ts',
    original: 'head === undefined',
    replacement: 'false',
    why: 'What is split has one part at least. The compiler wants the condition.',
  },
  {
    file: 'shared/domain/addresses.ts',
    original: "'.'",
    replacement: '""',
    why: 'What has no dot in it is no IPv4 address either: asking is only faster.',
  },
  {
    file: 'shared/domain/uuid-v5.ts',
    original: "'utf8'",
    replacement: '""',
    why: 'A hash takes text as UTF-8 where it does not know the encoding.',
  },
  {
    file: 'shared/domain/banner.ts',
    original: 'from < bytes.length',
    replacement: 'from <= bytes.length',
    why: 'Reading nothing changes nothing.',
  },
  {
    file: 'shared/domain/banner.ts',
    original: 'bytes.length < start.length',
    replacement: 'false',
    why: 'A byte beyond the end is undefined, and differs from every byte.',
  },
  {
    file: 'shared/domain/banner.ts',
    original: 'byte !== undefined',
    replacement: 'true',
    why: 'undefined is not above 0x20. The compiler wants the condition.',
  },
  {
    file: 'shared/db/last-scan.ts',
    original: 'limit 1`',
    replacement: '`',
    why: 'The first row is taken; without the limit the others are sent for nothing.',
  },
  {
    file: 'shared/producer/record-scan.ts',
    original: '!position.is_rule_set_stored',
    replacement: 'true',
    why: 'A rule set that is stored already is not inserted a second time. The condition saves the statement.',
  },
  {
    file: 'shared/producer/record-scan.ts',
    original: 'start < scan.results.length',
    replacement: 'start <= scan.results.length',
    why: 'A further statement with no results writes nothing.',
  },
  {
    file: 'functions/fan-out/apply-changes.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    why: 'A change that is neither a put nor a removal is left out of both.',
  },
  {
    file: 'shared/domain/bus-calls.ts',
    original: 'queues[chooseLane(queued.key, lanes)]?.push',
    replacement: 'queues[chooseLane(queued.key, lanes)].push',
    why: 'There is a queue for each lane. The compiler wants the condition.',
  },
  {
    file: 'shared/db/transaction-log.ts',
    original: 'with incoming as materialized (',
    replacement: 'with incoming as  (',
    why: 'It is computed once either way or twice, with the same rows. It is a matter of speed.',
  },
  {
    file: 'shared/db/transaction-log.ts',
    original: '), compared as materialized (',
    replacement: '), compared as  (',
    why: 'It is computed once either way or twice, with the same rows. It is a matter of speed.',
  },
]
