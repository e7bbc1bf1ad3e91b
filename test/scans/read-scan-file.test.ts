import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readScanFile } from '../../shared/scans/read-scan-file.ts'
import type { ScanFileFault } from '../../shared/scans/scan-file-error.ts'
import { hdfFile } from '../support/hdf-file.ts'
import { inPieces, readScan, refusalOf } from '../support/read-scan.ts'
import { testResult } from '../support/xccdf-file.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
const FIXTURES = [
  ['xccdf', 'xccdf/xccdf-results.xml'],
  ['xccdf', 'xccdf/arf-results.xml'],
  ['hdf', 'hdf/inspec-overlay.json'],
] as const
const OWN = {
  completed_at: '2025-03-01T10:00:00Z',
  results: [{ rule_id: 'r', status: 'fail', severity: 'high' }],
}
const FILES = [
  testResult({ rules: [{ id: 'r', result: 'fail' }] }),
  hdfFile([{ id: 'r' }]),
  JSON.stringify(OWN),
]

describe('a results file', () => {
  test.each(FIXTURES)('a results file has a format, %s, that its content shows: %s', async (format, name) => {
    const scan = await readScanFile(createReadStream(pathOf(name)))
    expect(scan.format).toBe(format)
    expect(scan.results.length).toBeGreaterThan(5)
  })

  test('a results file is the same scan compressed, in whatever pieces its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FILES), fc.integer({ min: 1, max: 300 }), async (file, size) => {
        const whole = await readScan(file)
        expect(await readScan(file, {}, size)).toEqual(whole)
        expect(await readScan(gzipSync(file), {}, size)).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  test.each(['\ufeff', ' \r\n\t', '\ufeff\n'])('a results file may start with %j', async (start) => {
    for (const file of FILES.slice(1)) expect((await readScan(start + file)).results).toHaveLength(1)
  })

  test('a results file that is cut off anywhere, also compressed, is refused and never read as a smaller scan', async () => {
    for (const file of FILES.flatMap((text) => [Buffer.from(text), gzipSync(text)])) {
      for (let end = 0; end < file.length; end++) {
        expect([end, (await refusalOf(file.subarray(0, end)))[0]]).toEqual([
          end,
          end === 1 && file[0] === 0x1f ? 'unknown_format' : 'truncated',
        ])
      }
    }
  })
})

describe('what is refused', () => {
  const [xml = '', , json = ''] = FILES
  const damaged = (file: Buffer): Buffer => {
    const copy = Buffer.from(file)
    copy.writeUInt32LE(~copy.readUInt32LE(copy.length - 8) >>> 0, copy.length - 8)
    return copy
  }

  test.each<[string, ScanFileFault, string | Uint8Array]>([
    ['an empty file', 'truncated', ''],
    ['white space', 'truncated', ' \n '],
    ['plain text', 'unknown_format', 'hello'],
    ['a zip archive', 'unknown_format', 'PK\u0003\u0004'],
    ['a zlib stream', 'unknown_format', deflateSync(xml)],
    ['gzip with a wrong checksum', 'malformed_gzip', damaged(gzipSync(json))],
    ['gzip in name only', 'malformed_gzip', Buffer.from([0x1f, 0x8b, 0x07, 0, 0, 0, 0, 0, 0, 0])],
    ['gzip of nothing', 'truncated', gzipSync('')],
    ['compressed twice', 'unknown_format', gzipSync(gzipSync(xml))],
    ['UTF-16', 'not_utf8', Buffer.from(`\ufeff${xml}`, 'utf16le')],
    [
      'JSON that is not UTF-8',
      'not_utf8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    ['a list', 'unknown_format', '[]'],
    ['other JSON', 'unknown_format', '{"vulnerabilities":[]}'],
    ['JSON that goes on after its end', 'malformed', `${json}x`],
    ['JSON with a comma too many', 'malformed', '{"results":[],}'],
    ['HTML', 'not_results', '<html><body/></html>'],
    ['an external entity', 'doctype', `<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/passwd">]>${xml}`],
  ])('%s: %s', async (_, fault, file) => {
    expect((await refusalOf(file))[0]).toBe(fault)
  })

  test('a file that grows without end when it is unpacked, without unpacking all of it', async () => {
    const megabyte = gzipSync(Buffer.alloc(1_000_000, ' '))
    let read = 0
    async function* endless(start: string) {
      yield gzipSync(start)
      for (;;) {
        read += 1
        yield megabyte
      }
    }
    for (const start of ['<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2">', '{"a":"']) {
      read = 0
      const limit = { maxBytes: 3_000_000 }
      await expect(readScanFile(endless(start), limit)).rejects.toMatchObject({ fault: 'too_large' })
      // What is read ahead of the limit is 64 KiB of compressed data, some 1,000 bytes each.
      expect(read).toBeLessThan(200)
    }
  })

  test('JSON that nests deeper than the limit, before anything recurses over it', async () => {
    const deep = (depth: number): string =>
      JSON.stringify({ ...OWN, more: 'x' }).replace('"x"', '['.repeat(depth) + ']'.repeat(depth))
    expect((await readScan(deep(99))).results).toHaveLength(1)
    expect((await refusalOf(deep(100)))[0]).toBe('too_deep')
    expect((await refusalOf('['.repeat(1_000_000)))[0]).toBe('too_deep')
    expect((await readScan(JSON.stringify({ ...OWN, more: '[[{"\\'.repeat(200) }))).results).toHaveLength(1)
  })

  test('a fault of the source is not a fault of the file', async () => {
    const failing = (file: Uint8Array) =>
      (async function* () {
        yield* inPieces(file)
        throw new Error('the disk is on fire')
      })()
    for (const file of [gzipSync(xml).subarray(0, 20), Buffer.from(json)]) {
      await expect(readScanFile(failing(file))).rejects.toThrow('the disk is on fire')
    }
  })
})
