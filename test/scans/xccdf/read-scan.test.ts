import { createReadStream, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScanFileError, type ScanFileFault } from '../../../shared/scans/scan-file-error.ts'
import { type ReadOptions, readXccdfScan, type XccdfScan } from '../../../shared/scans/xccdf/read-scan.ts'
import { testResult } from '../../support/xccdf-file.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/xccdf/${name}`, import.meta.url))

async function* inPieces(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = (xml: string | Uint8Array, options?: ReadOptions, size?: number): Promise<XccdfScan> =>
  readXccdfScan(inPieces(typeof xml === 'string' ? Buffer.from(xml) : xml, size), options)

async function refusal(xml: string | Uint8Array, options?: ReadOptions): Promise<[ScanFileFault, string]> {
  const error = await read(xml, options).then(
    (scan) => new Error(`was read: ${JSON.stringify(scan)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ScanFileError)) throw error
  return [error.fault, error.message]
}
const faultOf = async (xml: string | Uint8Array, options?: ReadOptions) => (await refusal(xml, options))[0]

const countBy = (scan: XccdfScan) => {
  const counts: Record<string, number> = {}
  for (const { status, severity } of scan.results) {
    counts[`${status} ${severity}`] = (counts[`${status} ${severity}`] ?? 0) + 1
  }
  return counts
}

describe('results of a real oscap run', () => {
  const WHAT_OSCAP_COUNTED = {
    'fail medium': 2,
    'pass high': 3,
    'pass medium': 15,
    'pass low': 2,
    'skipped high': 4,
    'skipped medium': 18,
    'skipped low': 5,
  }

  test.each(['xccdf-results.xml', 'arf-results.xml'])(
    'the results of a real oscap run in %s give every selected rule',
    async (name) => {
      const scan = await readXccdfScan(createReadStream(fixture(name)))
      expect(countBy(scan)).toEqual(WHAT_OSCAP_COUNTED)
      expect(scan.completedAt.toISOString()).toBe('2025-06-02T16:55:16.000Z')
      expect(scan.targets).toEqual(['web-1.example.org', '127.0.0.1', '192.0.2.10', '2001:db8:0:0:0:0:0:10'])
      expect(scan.results).toContainEqual({
        ruleId: 'xccdf_org.ssgproject.content_rule_file_permissions_systemmap',
        status: 'fail',
        severity: 'medium',
        skipReason: null,
      })
      expect(scan.results).toContainEqual({
        ruleId: 'xccdf_org.ssgproject.content_rule_partition_for_home',
        status: 'skipped',
        severity: 'low',
        skipReason: 'notapplicable',
      })
    },
  )

  test('results of a real oscap run tell the same in both formats', async () => {
    const [xccdf, arf] = await Promise.all(
      ['xccdf-results.xml', 'arf-results.xml'].map((name) => readXccdfScan(createReadStream(fixture(name)))),
    )
    expect(arf).toEqual(xccdf)
  })

  test('results of a real oscap run are read in whatever pieces the bytes arrive', async () => {
    const bytes = readFileSync(fixture('arf-results.xml'))
    const whole = await read(bytes)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (size) => {
        expect(await read(bytes, {}, size)).toEqual(whole)
      }),
      { numRuns: 30 },
    )
  })

  test('a results file cut off anywhere is refused and never read as a smaller scan', async () => {
    const bytes = readFileSync(fixture('arf-results.xml'))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 2 }), async (end) => {
        expect(await faultOf(bytes.subarray(0, end))).toBe('truncated')
      }),
      { numRuns: 100 },
    )
  })

  test('a results file with a few bytes changed is read or refused, and nothing else happens', async () => {
    const bytes = readFileSync(fixture('xccdf-results.xml'))
    const change = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of changes) damaged[at] = byte
        const scan = await read(damaged).catch((error: unknown) => error)
        expect(scan instanceof ScanFileError || (scan as XccdfScan).results.length > 0).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})

describe('what a result means', () => {
  test.each([
    ['pass', 'pass', null],
    ['fixed', 'pass', null],
    ['fail', 'fail', null],
    ['error', 'error', null],
    ['unknown', 'error', null],
    ['notapplicable', 'skipped', 'notapplicable'],
    ['notchecked', 'skipped', 'notchecked'],
    ['informational', 'skipped', 'informational'],
  ])('the XCCDF result %s is %s', async (result, status, skipReason) => {
    const scan = await read(testResult({ rules: [{ id: 'r', result }] }))
    expect(scan.results).toEqual([{ ruleId: 'r', status, severity: 'medium', skipReason }])
  })

  test('a rule that the profile does not select is no part of the scan', async () => {
    const rules = [
      { id: 'a', result: 'notselected' },
      { id: 'b', result: 'pass' },
    ]
    expect((await read(testResult({ rules }))).results.map(({ ruleId }) => ruleId)).toEqual(['b'])
  })

  test.each([
    ['high', 'high'],
    ['medium', 'medium'],
    ['low', 'low'],
    ['info', 'low'],
    ['unknown', 'medium'],
    [undefined, 'medium'],
  ])('a severity of %s is %s', async (severity, expected) => {
    const scan = await read(testResult({ rules: [{ id: 'r', result: 'fail', severity }] }))
    expect(scan.results[0]?.severity).toBe(expected)
  })

  test.each([
    [['pass', 'fail', 'pass'], 'fail'],
    [['error', 'fail'], 'fail'],
    [['pass', 'error', 'notapplicable'], 'error'],
    [['notchecked', 'pass'], 'pass'],
    [['notselected', 'pass'], 'pass'],
    [['notapplicable', 'notchecked'], 'skipped'],
  ])('a rule with the instances %j is %s', async (instances, status) => {
    const rules = instances.map((result) => ({ id: 'r', result }))
    const scan = await read(testResult({ rules }))
    expect(scan.results.map((outcome) => outcome.status)).toEqual([status])
  })

  test('of several instances of a rule the highest severity counts', async () => {
    const rules = [
      { id: 'r', result: 'fail', severity: 'low' },
      { id: 'r', result: 'pass', severity: 'high' },
    ]
    const { results } = await read(testResult({ rules }))
    expect(results).toEqual([{ ruleId: 'r', status: 'fail', severity: 'high', skipReason: null }])
  })

  test('the result with which a human overrode a rule counts, not the old one', async () => {
    const override =
      '<override time="2025-01-01T00:00:00Z" authority="x"><old-result>fail</old-result>' +
      '<new-result>pass</new-result><remark>seen</remark></override>'
    const { results } = await read(testResult({ rules: [{ id: 'r', result: 'pass', inside: override }] }))
    expect(results[0]?.status).toBe('pass')
  })
})

describe('several runs in one file', () => {
  const run = (endTime: string, result: string, target = 'web-1') =>
    testResult({ endTime, target, rules: [{ id: 'r', result }] })
  const benchmark = (...runs: string[]) =>
    `<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2">${runs.join('')}</Benchmark>`

  test('of several runs in one file the one that ended last counts, wherever it is and whatever its offset from UTC', async () => {
    const early = run('2025-03-01T11:00:00+02:00', 'fail')
    const late = run('2025-03-01T10:00:00Z', 'pass')
    for (const file of [benchmark(early, late), benchmark(late, early)]) {
      const scan = await read(file)
      expect([scan.completedAt.toISOString(), scan.results[0]?.status]).toEqual([
        '2025-03-01T10:00:00.000Z',
        'pass',
      ])
    }
  })

  test('several runs in one file over different targets are scans of different hosts, and are refused', async () => {
    const file = benchmark(run('2025-03-01T10:00:00Z', 'fail'), run('2025-03-01T11:00:00Z', 'pass', 'web-2'))
    expect(await faultOf(file)).toBe('several_targets')
  })
})

describe('what is refused', () => {
  const good = testResult({ rules: [{ id: 'r', result: 'pass' }] })

  test.each<[string, ScanFileFault, string | Uint8Array]>([
    ['an empty file', 'truncated', ''],
    ['plain text', 'malformed', 'hello'],
    ['JSON', 'malformed', '{"results":[]}'],
    ['a compressed file', 'not_utf8', Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0xff, 0xfe])],
    ['UTF-16', 'not_utf8', Buffer.from(`\ufeff${good}`, 'utf16le')],
    ['another encoding', 'not_utf8', `<?xml version="1.0" encoding="ISO-8859-1"?>${good}`],
    ['tags that do not match', 'malformed', good.replace('</rule-result>', '</rule>')],
    ['two roots', 'malformed', good + good],
    ['a prefix that is not declared', 'malformed', good.replace('<target>', '<x:target>')],
    ['an undefined entity', 'malformed', good.replace('web-1', '&secret;')],
    ['results in no namespace', 'wrong_namespace', good.replace(/ xmlns="[^"]*"/, '')],
    ['XCCDF 1.1', 'wrong_namespace', good.replace('xccdf/1.2', 'xccdf/1.1')],
    ['HTML', 'not_results', '<html><body/></html>'],
    ['OVAL results', 'not_results', '<oval_results xmlns="http://oval.mitre.org/XMLSchema/oval-results-5"/>'],
    ['a guide', 'no_test_result', '<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2"/>'],
    ['a run that did not end', 'no_end_time', good.replace(/ end-time="[^"]*"/, '')],
    ['an end time without offset', 'no_end_time', testResult({ endTime: '2025-03-01T10:00:00', rules: [] })],
    ['an end time that is none', 'no_end_time', testResult({ endTime: '2025-13-41T10:00:00Z', rules: [] })],
    ['a run without rules', 'nothing_selected', testResult({ rules: [] })],
    [
      'a profile that selects nothing',
      'nothing_selected',
      testResult({ rules: [{ id: 'r', result: 'notselected' }] }),
    ],
    [
      'a result that is no word of XCCDF',
      'invalid_value',
      testResult({ rules: [{ id: 'r', result: 'ok' }] }),
    ],
    [
      'a severity that is no word of XCCDF',
      'invalid_value',
      testResult({ rules: [{ id: 'r', result: 'pass', severity: 'bad' }] }),
    ],
    ['a rule without id', 'invalid_value', testResult({ rules: [{ id: '', result: 'pass' }] })],
    ['a rule without result', 'invalid_value', good.replace('<result>pass</result>', '')],
    [
      'a rule with two results',
      'invalid_value',
      good.replace('<result>pass</result>', '<result>pass</result><result>fail</result>'),
    ],
    ['an endless rule id', 'invalid_value', testResult({ rules: [{ id: 'r'.repeat(601), result: 'pass' }] })],
  ])('a results file is refused: %s: %s', async (_, fault, file) => {
    expect(await faultOf(file)).toBe(fault)
  })

  test('a DOCTYPE is refused before any entity of it could do harm', async () => {
    const external = `<!DOCTYPE TestResult [<!ENTITY secret SYSTEM "file:///etc/passwd">]>${good.replace('web-1', '&secret;')}`
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${good.replace('web-1', '&b;')}`
    expect(await faultOf(external)).toBe('doctype')
    expect(await faultOf(laughs)).toBe('doctype')
  })

  test('a file that is larger than the limit is refused without reading all of it', async () => {
    let read = 0
    async function* endless() {
      yield Buffer.from('<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2">')
      for (;;) {
        read += 1
        yield Buffer.from('<title>x</title>'.repeat(1_000))
      }
    }
    await expect(readXccdfScan(endless(), { maxBytes: 1_000_000 })).rejects.toMatchObject({
      fault: 'too_large',
    })
    expect(read).toBeLessThan(100)
  })

  test('elements nested deeper than the limit are refused', async () => {
    const deep = (depth: number) =>
      good.replace('<rule-result', `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}<rule-result`)
    expect((await read(deep(99))).results).toHaveLength(1)
    expect(await faultOf(deep(100))).toBe('too_deep')
  })

  test('a results file with more rules than any guide has is refused', async () => {
    const rules = Array.from({ length: 50_001 }, (_, i) => ({ id: `r${i}`, result: 'pass' }))
    expect((await read(testResult({ rules: rules.slice(1) }))).results).toHaveLength(50_000)
    expect(await faultOf(testResult({ rules }))).toBe('too_many_rules')
  })

  test('results at a place where no scanner writes them are not read', async () => {
    const hidden = `<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2"><Group>${good}</Group></Benchmark>`
    expect(await faultOf(hidden)).toBe('no_test_result')
    const foreign = good
      .replaceAll('rule-result', 'y:rule-result')
      .replace('<TestResult', '<TestResult xmlns:y="urn:y"')
    expect(await faultOf(foreign)).toBe('nothing_selected')
  })

  test('the message of a refused results file says what is wrong in a sentence', async () => {
    expect((await refusal(testResult({ rules: [{ id: 'r', result: 'ok' }] })))[1]).toBe(
      'rule r: "ok" is no result that XCCDF 1.2 knows',
    )
    expect((await refusal(good.slice(0, -5)))[1]).toMatch(/^ends too early: /)
  })
})

test('an end time given from outside replaces one without offset', async () => {
  const completedAt = new Date('2025-03-01T10:00:00Z')
  const file = testResult({ endTime: '2025-03-01T10:00:00', rules: [{ id: 'r', result: 'pass' }] })
  expect((await read(file, { completedAt })).completedAt).toEqual(completedAt)
})
