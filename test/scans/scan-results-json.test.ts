import { describe, expect, test } from 'vitest'
import type { ScanFileFault } from '../../shared/scans/scan-file-error.ts'
import { readScan, refusalOf } from '../support/read-scan.ts'

const RULE = { rule_id: 'sshd-01', status: 'pass', severity: 'high' }
const SCAN = { completed_at: '2025-03-01T11:00:00+01:00', results: [RULE] }
const rule = (change: object): string => JSON.stringify({ ...SCAN, results: [{ ...RULE, ...change }] })
const file = (change: object): string => JSON.stringify({ ...SCAN, ...change })

describe('results in our own JSON', () => {
  test('results in our own JSON are read as they are', async () => {
    const given = {
      host: 'web-01',
      scan_id: '11111111-2222-3333-4444-55555555555A',
      results: [
        RULE,
        {
          rule_id: 'sshd-02',
          status: 'skipped',
          severity: 'bespoke',
          skip_reason: 'no such package',
          evidence: { found: [1, null] },
          framework_refs: ['CM-6'],
        },
      ],
    }
    expect(await readScan(file(given))).toEqual({
      format: 'json',
      host: 'web-01',
      targets: ['web-01'],
      scanId: '11111111-2222-3333-4444-55555555555a',
      completedAt: new Date('2025-03-01T10:00:00Z'),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      results: [
        {
          ruleId: 'sshd-01',
          status: 'pass',
          severity: 'high',
          skipReason: null,
          evidence: null,
          frameworkRefs: null,
        },
        {
          ruleId: 'sshd-02',
          status: 'skipped',
          severity: 'bespoke',
          skipReason: 'no such package',
          evidence: { found: [1, null] },
          frameworkRefs: ['CM-6'],
        },
      ],
    })
  })

  test('results in our own JSON may have further fields, and need neither host nor scan id', async () => {
    expect(await readScan(file({ scanner: { name: 'x' } }))).toMatchObject({
      host: null,
      scanId: null,
      targets: [],
    })
  })

  test('results in our own JSON take an end time from outside', async () => {
    const completedAt = new Date('2025-03-02T00:00:00Z')
    expect((await readScan(file({ completed_at: undefined }), { completedAt })).completedAt).toEqual(
      completedAt,
    )
  })

  test.each<[string, ScanFileFault, string]>([
    ['no end time', 'no_end_time', file({ completed_at: undefined })],
    ['an end time without an offset', 'invalid_value', file({ completed_at: '2025-03-01T10:00:00' })],
    ['an end time as a number', 'invalid_value', file({ completed_at: 1 })],
    ['no results', 'nothing_selected', file({ results: [] })],
    ['results that are no list', 'invalid_value', file({ results: {} })],
    ['an empty host', 'invalid_value', file({ host: '' })],
    ['a scan id that is none', 'invalid_value', file({ scan_id: '7' })],
    ['a status of another format', 'invalid_value', rule({ status: 'passed' })],
    ['no severity', 'invalid_value', rule({ severity: undefined })],
    ['an empty severity', 'invalid_value', rule({ severity: '' })],
    ['no rule id', 'invalid_value', rule({ rule_id: undefined })],
    ['a rule id that is too long', 'invalid_value', rule({ rule_id: 'r'.repeat(601) })],
    ['a rule id of too many bytes', 'invalid_value', rule({ rule_id: '€'.repeat(400) })],
    ['a rule id with NUL', 'invalid_value', rule({ rule_id: 'r\0' })],
    ['the same rule twice', 'duplicate_rule', file({ results: [RULE, RULE] })],
    ['a rule with two results', 'duplicate_rule', file({ results: [RULE, { ...RULE, status: 'fail' }] })],
    ['more rules than any scan has', 'too_many_rules', file({ results: Array(50_001).fill(0) })],
  ])('%s: %s', async (_, fault, text) => {
    expect((await refusalOf(text))[0]).toBe(fault)
  })

  test('results in our own JSON are refused with the place of the first fault', async () => {
    const [, message] = await refusalOf(file({ results: [RULE, { ...RULE, rule_id: 'b', status: 'ok' }] }))
    expect(message).toMatch(
      /^results\.1\.status: .*"pass"\|"fail"\|"skipped"\|"error".*\(docs\/scan-results\.schema\.json\)$/,
    )
  })
})
