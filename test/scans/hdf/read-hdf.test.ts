import { readFileSync } from 'node:fs'
import { contextualizeEvaluation, ExecJSON } from 'inspecjs'
import { describe, expect, test } from 'vitest'
import type { ScanFileFault } from '../../../shared/scans/scan-file-error.ts'
import { hdfFile, hdfValue, PASSED } from '../../support/hdf-file.ts'
import { readScan, refusalOf } from '../../support/read-scan.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/hdf/${name}`, import.meta.url), 'utf8')

const FAILED = { status: 'failed' }
const SKIPPED = { status: 'skipped' }
const only = async (control: Omit<Parameters<typeof hdfFile>[0][number], 'id'>) =>
  (await readScan(hdfFile([{ id: 'c', ...control }]), { completedAt: new Date() })).results[0]

describe('the results of InSpec', () => {
  test('the results of InSpec give every control its status and severity', async () => {
    const scan = await readScan(fixture('inspec-baseline.json'))
    const rows = scan.results.map(({ ruleId, status, severity, skipReason }) => [
      ruleId,
      status,
      severity,
      skipReason,
    ])
    expect(rows).toEqual([
      ['web-01', 'pass', 'high', null],
      ['web-02', 'fail', 'medium', null],
      ['web-03', 'fail', 'critical', null],
      ['web-04', 'skipped', 'low', 'Not Reviewed'],
      ['web-05', 'skipped', 'medium', 'Not Applicable'],
      ['web-06', 'error', 'medium', null],
      ['web-07', 'error', 'medium', null],
      ['web-08', 'skipped', 'critical', 'Not Applicable'],
      ['web-09', 'fail', 'high', null],
      ['web-10', 'pass', 'medium', null],
    ])
    expect(scan).toMatchObject({ format: 'hdf', targets: ['web-1.example.org'], host: null, scanId: null })
  })

  test('the results of InSpec end when the test that ended last has ended', async () => {
    expect((await readScan(fixture('inspec-baseline.json'))).completedAt.toISOString()).toBe(
      '2025-06-02T16:55:16.500Z',
    )
  })

  test('results with an overlay count each control of the overlay once, with the results of the baseline', async () => {
    const overlay = await readScan(fixture('inspec-overlay.json'))
    const baseline = await readScan(fixture('inspec-baseline.json'))
    expect(overlay.results).toEqual(baseline.results.filter(({ ruleId }) => ruleId !== 'web-10'))
  })

  test('results with an overlay are counted as the SAF CLI counts them', async () => {
    const text = fixture('inspec-overlay.json')
    const [outermost] = contextualizeEvaluation(ExecJSON.Convert.toExecJSON(text)).contains
    const counted = outermost?.contains.map(
      ({ root: { hdf } }) => `${hdf.status} ${hdf.severity.toLowerCase()}`,
    )
    const words = { pass: 'Passed', fail: 'Failed', error: 'Profile Error', skipped: null }
    const { results } = await readScan(text)
    expect(
      results.map(({ status, severity, skipReason }) => `${words[status] ?? skipReason} ${severity}`),
    ).toEqual(counted)
  })
})

describe('what a control is', () => {
  test.each([
    [[PASSED, PASSED], 'pass'],
    [[PASSED, SKIPPED], 'pass'],
    [[PASSED, FAILED], 'fail'],
    [[SKIPPED], 'skipped'],
    [[{ status: 'error' }, PASSED], 'error'],
    [[{ status: 'failed', backtrace: ['controls/a.rb:1'] }], 'error'],
    [[{ status: null }], 'error'],
    [[], 'error'],
  ])('a control with the tests %j: %s', async (results, status) => {
    expect(await only({ results })).toMatchObject({ status })
  })

  test('a control with an impact of 0 is not applicable, whatever its tests say, but not if they could not run', async () => {
    expect(await only({ impact: 0, results: [FAILED] })).toMatchObject({
      status: 'skipped',
      skipReason: 'Not Applicable',
      severity: 'none',
    })
    expect(await only({ impact: 0, results: [{ status: 'error' }] })).toMatchObject({ status: 'error' })
  })

  test.each([
    [0.01, 'none'],
    [0.1, 'low'],
    [0.4, 'medium'],
    [0.7, 'high'],
    [0.9, 'critical'],
    [1, 'critical'],
  ])('an impact of %d is %s', async (impact, severity) => {
    expect(await only({ impact })).toMatchObject({ severity })
  })

  test('a tag with a severity stands above the impact, and an override above both', async () => {
    expect(await only({ impact: 1, tags: { severity: 'LOW' } })).toMatchObject({ severity: 'low' })
    const tags = { severity: 'low', severityoverride: 'High' }
    expect(await only({ impact: 1, tags })).toMatchObject({ severity: 'high' })
    expect(await only({ impact: 1, tags: { severity: 'awful' } })).toMatchObject({ severity: 'critical' })
  })
})

describe('profiles in one file', () => {
  const read = async (...profiles: Parameters<typeof hdfValue>[0]) =>
    (await readScan(JSON.stringify(hdfValue(profiles)), { completedAt: new Date() })).results.map(
      ({ ruleId, status }) => `${ruleId} ${status}`,
    )
  const refuse = (...profiles: Parameters<typeof hdfValue>[0]) =>
    refusalOf(JSON.stringify(hdfValue(profiles))).then(([fault]) => fault)
  const c = (...results: { status: string }[]) => ({ id: 'c', results })

  test('the outermost profile that has results counts, wherever it is in the file', async () => {
    const outer = { name: 'outer', controls: [c()] }
    const middle = { name: 'middle', parent: 'outer', controls: [c(FAILED)] }
    const inner = { name: 'inner', parent: 'middle', controls: [c(PASSED as { status: string })] }
    expect(await read(outer, middle, inner)).toEqual(['c fail'])
    expect(await read(inner, middle, outer)).toEqual(['c fail'])
  })

  test('a control without results anywhere counts once, as an error', async () => {
    expect(await read({ name: 'o', controls: [c()] }, { name: 'i', parent: 'o', controls: [c()] })).toEqual([
      'c error',
    ])
  })

  test('two profiles that were run together count both', async () => {
    const other = { name: 'other', controls: [{ id: 'd', results: [FAILED] }] }
    expect(await read({ controls: [c(FAILED)] }, other)).toEqual(['c fail', 'd fail'])
  })

  test('of two profiles with the same control, the one that has results counts', async () => {
    expect(await read({ name: 'a', controls: [c()] }, { name: 'b', controls: [c(FAILED)] })).toEqual([
      'c fail',
    ])
    expect(await read({ name: 'a', controls: [c(FAILED)] }, { name: 'b', controls: [c()] })).toEqual([
      'c fail',
    ])
  })

  test('what contradicts itself is refused', async () => {
    expect(await refuse({ name: 'a', controls: [c(FAILED)] }, { name: 'b', controls: [c(FAILED)] })).toBe(
      'duplicate_rule',
    )
    expect(await refuse({ controls: [c(), c()] })).toBe('duplicate_rule')
    expect(await refuse({ name: 'a', parent: 'a', controls: [c(FAILED)] })).toBe('circular_overlays')
    const circle = [
      { name: 'a', parent: 'b', controls: [c(FAILED)] },
      { name: 'b', parent: 'a', controls: [c(FAILED)] },
    ]
    expect(await refuse(...circle)).toBe('circular_overlays')
    expect(await refuse({ name: 'outer', controls: [c(FAILED)] }, ...circle)).toBe('circular_overlays')
    expect(await refuse(...Array.from({ length: 101 }, (_, i) => ({ name: `${i}`, controls: [] })))).toBe(
      'invalid_value',
    )
  })
})

describe('what is refused', () => {
  const good = hdfFile([{ id: 'c' }])
  const withoutTime = hdfFile([{ id: 'c', results: [{ start_time: '2025-03-01T10:00:00' }] }])

  test.each<[string, ScanFileFault, string]>([
    ['an impact of NaN', 'invalid_value', good.replace('0.5', 'NaN')],
    ['an impact of Infinity', 'invalid_value', good.replace('0.5', '-Infinity')],
    ['an impact beyond any number', 'invalid_value', good.replace('0.5', '1e999')],
    ['an impact above 1', 'invalid_value', hdfFile([{ id: 'c', impact: 1.1 }])],
    ['a negative impact', 'invalid_value', hdfFile([{ id: 'c', impact: -0.1 }])],
    ['an impact that is text', 'invalid_value', hdfFile([{ id: 'c', impact: 'NaN' }])],
    ['no impact', 'invalid_value', hdfFile([{ id: 'c', impact: null }])],
    [
      'a status that InSpec does not know',
      'invalid_value',
      hdfFile([{ id: 'c', results: [{ status: 'ok' }] }]),
    ],
    ['a severity that is a number', 'invalid_value', hdfFile([{ id: 'c', tags: { severity: 7 } }])],
    ['an empty id', 'invalid_value', hdfFile([{ id: '' }])],
    ['an endless id', 'invalid_value', hdfFile([{ id: 'c'.repeat(601) }])],
    ['an id of too many bytes', 'invalid_value', hdfFile([{ id: '€'.repeat(400) }])],
    ['an id with NUL', 'invalid_value', hdfFile([{ id: 'c\0' }])],
    ['a control twice', 'duplicate_rule', hdfFile([{ id: 'c' }, { id: 'c' }])],
    ['no control', 'nothing_selected', hdfFile([])],
    ['no profile', 'nothing_selected', JSON.stringify(hdfValue([]))],
    ['profiles that are no list', 'invalid_value', '{"profiles":7}'],
    ['times without an offset', 'no_end_time', withoutTime],
    ['only controls without tests', 'no_end_time', hdfFile([{ id: 'c', results: [] }])],
    ["InSpec's minimal output", 'not_results', '{"controls":[],"statistics":{},"version":"5"}'],
    ['a profile', 'not_results', '{"controls":[],"sha256":"0","supports":[],"name":"p"}'],
  ])('%s: %s', async (_, fault, file) => {
    expect((await refusalOf(file))[0]).toBe(fault)
  })

  test('more controls than any profile has', async () => {
    const controls = Array.from({ length: 50_001 }, () => ({}))
    const file = JSON.stringify({ profiles: [{ controls }] })
    expect((await refusalOf(file))[0]).toBe('too_many_rules')
  })

  test('the message says what is wrong in a sentence', async () => {
    expect((await refusalOf(good.replace('0.5', 'NaN')))[1]).toBe('contains NaN, which is no number in JSON')
    expect((await refusalOf(hdfFile([{ id: 'c', impact: 7 }])))[1]).toBe(
      'control c: its impact 7 is not from 0 to 1',
    )
  })

  test('an end time given from outside replaces one without offset', async () => {
    const completedAt = new Date('2025-03-01T10:00:00Z')
    expect((await readScan(withoutTime, { completedAt })).completedAt).toEqual(completedAt)
  })
})
