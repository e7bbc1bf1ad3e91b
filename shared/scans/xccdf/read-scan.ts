import { ScanFileError } from '../scan-file-error.ts'
import type { RuleOutcome } from './outcome.ts'
import { type TestResult, TestResultCollector } from './test-results.ts'
import { readXml, type XmlLimits } from './xml.ts'

/** One finished scan, as it is in a results file. */
export type XccdfScan = {
  /** One a rule, in the order of the file; at least one. */
  readonly results: readonly RuleOutcome[]
  readonly completedAt: Date
  /** What the scanned machine calls itself, and its addresses: to be compared, not to be trusted. */
  readonly targets: readonly string[]
}

export type ReadOptions = XmlLimits & {
  /** Replaces the file's own end time, for scanners that write it without an offset from UTC. */
  readonly completedAt?: Date
}

/**
 * Reads OpenSCAP results: XCCDF 1.2 (`oscap --results`) or ARF 1.1 (`--results-arf`), as the bytes arrive.
 * A file that holds several runs over the same target gives the one that ended last, the later in the file
 * where two ended together. Runs over different targets in one file are refused: they are scans of different
 * hosts.
 * @throws ScanFileError for every file that is not one finished scan; nothing of such a file is returned.
 */
export async function readXccdfScan(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<XccdfScan> {
  const collector = new TestResultCollector()
  await readXml(chunks, collector, options)
  const [first] = collector.found
  if (first === undefined) {
    throw new ScanFileError(
      'no_test_result',
      'has no TestResult: it is scan content, not the result of a scan',
    )
  }
  if (collector.found.some((other) => !sameTargets(first, other))) {
    throw new ScanFileError(
      'several_targets',
      'has results of more than one target: split it into one file per host',
    )
  }
  const { testResult, completedAt } = latest(collector.found, options.completedAt)
  if (testResult.outcomes.size === 0) {
    throw new ScanFileError('nothing_selected', 'selects no rule: was oscap run with the right --profile?')
  }
  return {
    results: [...testResult.outcomes.values()],
    completedAt,
    targets: [...testResult.names, ...testResult.addresses],
  }
}

/** A time that is given from outside cannot put the runs in order, so the last one in the file counts. */
function latest(found: readonly TestResult[], completedAt: Date | undefined) {
  const timed = found.map((testResult) => ({
    testResult,
    completedAt: completedAt ?? parseEndTime(testResult.endTime),
  }))
  return timed.reduce((best, next) => (next.completedAt >= best.completedAt ? next : best))
}

/** An xsd:dateTime that says which instant it is. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function parseEndTime(text: string | undefined): Date {
  if (text === undefined)
    throw new ScanFileError('no_end_time', 'its TestResult has no end-time: did the scan end?')
  const instant = new Date(text.trim())
  if (!INSTANT.test(text.trim()) || Number.isNaN(instant.getTime())) {
    throw new ScanFileError(
      'no_end_time',
      `its end-time ${JSON.stringify(text.slice(0, 40))} is not a date and time with an offset from UTC`,
    )
  }
  return instant
}

/** Machines are compared by name: the addresses of a machine may change from one run to the next. */
const sameTargets = (one: TestResult, other: TestResult): boolean =>
  [...one.names].sort().join('\n') === [...other.names].sort().join('\n')
