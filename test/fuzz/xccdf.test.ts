import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RULE_STATUSES } from '../../shared/domain/rule-results.ts'
import { ScanFileError } from '../../shared/scans/scan-file-error.ts'
import { readXccdfScan } from '../../shared/scans/xccdf/read-scan.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'

const FILES = ['xccdf-results.xml', 'arf-results.xml'].map((name) =>
  readFileSync(new URL(`../fixtures/xccdf/${name}`, import.meta.url), 'utf8'),
)
/** Cut at its tags, so that a change of one part can give another well-formed file. */
const parts = (xml: string): string[] => xml.split(/(?<=>)/)

const NASTY = [
  ...[
    '<',
    '>',
    '&',
    '&amp;',
    '&nope;',
    '&#0;',
    '&#x110000;',
    ']]>',
    '<![CDATA[',
    '<!--',
    '<?xml version="1.0"?>',
  ],
  ...[
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '</TestResult>',
    '<TestResult>',
    '<rule-result idref="">',
    '</rule-result>',
  ],
  ...[
    '<result>pass</result>',
    '<result>maybe</result>',
    '<result/>',
    '\u0000',
    '\u202e',
    '<a xmlns:x="" x:y="1">',
  ],
  ...['<a>'.repeat(200), '<rule-result idref="r" severity="high"><result>fail</result></rule-result>'],
  `<a ${Array.from({ length: 500 }, (_, i) => `b${i}=""`).join(' ')}/>`,
  'x'.repeat(100_000),
]
const edit = fc.record({
  at: fc.nat({ max: 100_000 }),
  by: fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 20 })),
  removed: fc.integer({ min: 0, max: 3 }),
  copied: fc.integer({ min: 0, max: 5 }),
})
const files = fc
  .tuple(fc.constantFrom(...FILES), fc.array(edit, { maxLength: 3 }), fc.integer({ min: 1, max: 70_000 }))
  .map(([xml, edits, pieceBytes]) => {
    let pieces = parts(xml)
    for (const { at, by, removed, copied } of edits) {
      const from = at % pieces.length
      pieces = pieces.toSpliced(from, removed, by, ...pieces.slice(from, from + copied))
    }
    return { bytes: Buffer.from(pieces.join('')), pieceBytes }
  })

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('a results file with anything in it', () => {
  it('a results file with anything in it is one finished scan, or is refused with the rule that it breaks', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await fuzz(files, 250, async ({ bytes, pieceBytes }) => {
      try {
        const scan = await readXccdfScan(inPieces(bytes, pieceBytes))
        expect(scan.results.length).toBeGreaterThan(0)
        expect(new Set(scan.results.map(({ ruleId }) => ruleId)).size).toBe(scan.results.length)
        for (const { status, ruleId } of scan.results) {
          expect(RULE_STATUSES).toContain(status)
          expect(ruleId).not.toContain('\u0000')
        }
        expect(scan.completedAt.getTime()).not.toBeNaN()
      } catch (error) {
        if (!(error instanceof ScanFileError)) throw error
        expect(error.message).not.toBe('')
      }
    })
  })
})
