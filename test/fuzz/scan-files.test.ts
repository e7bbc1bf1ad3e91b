import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RULE_STATUSES } from '../../shared/domain/rule-results.ts'
import { readScanFile } from '../../shared/scans/read-scan-file.ts'
import { ScanFileError } from '../../shared/scans/scan-file-error.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'
import { inPieces } from '../support/read-scan.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
const HDF = ['hdf/inspec-baseline.json', 'hdf/inspec-overlay.json'].map(fixture)
const OWN = JSON.stringify({
  host: 'web-01',
  scan_id: '11111111-2222-3333-4444-555555555555',
  completed_at: '2025-03-01T10:00:00Z',
  results: ['a', 'b', 'c'].map((rule_id) => ({
    rule_id,
    status: 'skipped',
    severity: 'high',
    skip_reason: 'none',
    evidence: { seen: [1, 'x', null, { deeper: true }] },
    framework_refs: ['CM-6'],
  })),
})
const XCCDF = fixture('xccdf/xccdf-results.xml').slice(0, 4_000)

const NASTY = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'null',
    'true',
    '{}',
    '[]',
    '""',
    '0',
    '-1',
    '1e999',
    'NaN',
    '-Infinity',
  ],
  ...[
    '"__proto__":{"status":"failed"},',
    '"constructor":7,',
    '"impact":null,',
    '"results":[],',
    '"profiles":[],',
  ],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"parent_profile":"web-baseline",',
    '"severity":"HIGH",',
    '"backtrace":["x"],',
  ],
  ...[
    '"controls":[',
    '"passed"',
    '"failed"',
    '"error"',
    '2025-99-99T00:00:00Z',
    '\u0000',
    '\u202e',
    '<a>',
    '<!DOCTYPE x>',
  ],
  '['.repeat(5_000),
  '{"a":'.repeat(200),
  `"${'x'.repeat(100_000)}"`,
]
/** Cut between tokens, so that a change of one part can give another valid file. */
const parts = (text: string): string[] => text.split(/(?<=[,:[\]{}>])|(?=[\]}])/)

const edit = fc.record({
  at: fc.nat({ max: 100_000 }),
  by: fc.oneof(fc.constantFrom(...NASTY, ''), fc.string({ unit: 'binary', maxLength: 20 })),
  removed: fc.integer({ min: 0, max: 3 }),
  copied: fc.integer({ min: 0, max: 60 }),
})
const compression = fc.record({
  wanted: fc.boolean(),
  /** Bytes of the compressed file that are changed. */
  damage: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }),
})

/** Files of one format with parts changed, some compressed, some of these damaged. */
const filesOf = (texts: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(edit, { maxLength: 3 }),
      compression,
      fc.integer({ min: 1, max: 70_000 }),
    )
    .map(([text, edits, { wanted, damage }, pieceBytes]) => {
      let pieces = parts(text)
      for (const { at, by, removed, copied } of edits) {
        const from = at % Math.max(1, pieces.length)
        pieces = pieces.toSpliced(from, removed, by, ...pieces.slice(from, from + copied))
      }
      const bytes = wanted ? gzipSync(pieces.join('')) : Buffer.from(pieces.join(''))
      for (const [at, byte] of wanted ? damage : []) bytes[at % bytes.length] = byte
      return { bytes, pieceBytes }
    })

type File = { readonly bytes: Uint8Array; readonly pieceBytes: number }

async function isOneScanOrRefused({ bytes, pieceBytes }: File): Promise<void> {
  try {
    const scan = await readScanFile(inPieces(bytes, pieceBytes))
    expect(scan.results.length).toBeGreaterThan(0)
    expect(new Set(scan.results.map(({ ruleId }) => ruleId)).size).toBe(scan.results.length)
    for (const { ruleId, status, severity } of scan.results) {
      expect(RULE_STATUSES).toContain(status)
      expect(severity).not.toBe('')
      expect(Buffer.byteLength(ruleId)).toBeLessThanOrEqual(1_024)
    }
    expect(scan.completedAt.getTime()).not.toBeNaN()
  } catch (error) {
    if (!(error instanceof ScanFileError)) throw error
    expect(error.message).not.toBe('')
    expect(error.message.length).toBeLessThan(2_000)
  }
}

describe('a results file with anything in it is one finished scan, or is refused with the rule that it breaks:', () => {
  it.each([
    ['HDF', HDF, 300],
    ['our own JSON', [OWN], 600],
    ['any format', [...HDF, OWN, XCCDF], 200],
  ] as const)('%s', { timeout: FUZZ_TIMEOUT_MS }, async (_, texts, runs) => {
    await fuzz(filesOf(texts), runs, isOneScanOrRefused)
  })
})
