import { describe, expect, it } from 'vitest'
import { composeDigest, type DigestScope } from '../../shared/domain/digest.ts'
import {
  type AfterMaintenance,
  addReported,
  type DigestRow,
  maySendDigest,
  NOTIFY_KINDS,
  notifyKind,
  type ProberChange,
  parseNotify,
} from '../../shared/domain/digest-item.ts'

const AT = new Date('2026-03-01T04:05:06Z')
const DEFAULT_KINDS = parseNotify('down,up,major,prober')
const PROD: DigestScope = { stage: 'prod', kinds: DEFAULT_KINDS, downNow: 1 }

let sequence = 0
const hostOf = (name: string, address: string) => ({
  id: `6f1d2c3b-4a59-4e87-9b0c-${String(sequence).padStart(12, '0')}`,
  name,
  address,
  port: 22,
})

const status = (
  name: string,
  to: 'reachable' | 'unreachable',
  {
    address = '10.2.14.7',
    errorType = 'tcp_timeout',
    from = to === 'reachable' ? 'unreachable' : 'reachable',
  } = {},
): DigestRow => ({
  sequence: ++sequence,
  recordedAtMs: AT.getTime(),
  occurredAt: AT,
  host: hostOf(name, address),
  what: 'status',
  isQuiet: false,
  after: null,
  from: from as 'reachable',
  to,
  errorType: to === 'reachable' ? null : errorType,
})

const drift = (name: string, driftType: 'major' | 'minor' | 'improvement'): DigestRow => ({
  sequence: ++sequence,
  recordedAtMs: AT.getTime(),
  occurredAt: AT,
  host: hostOf(name, '10.2.14.9'),
  what: 'drift',
  isQuiet: false,
  driftType,
  priorScore: 91.25,
  currentScore: driftType === 'improvement' ? 98 : 70,
  becameFailing: driftType === 'improvement' ? [0, 0, 0, 0] : [2, 7, 0, 12],
})

const prober = (change: ProberChange): DigestRow => ({
  sequence: ++sequence,
  recordedAtMs: AT.getTime(),
  occurredAt: AT,
  host: null,
  what: 'prober',
  ...change,
})

const SUSPECT: ProberChange = {
  to: 'suspect',
  probed: 1_600,
  failed: 812,
  heldUntil: new Date('2026-03-01T04:20:06Z'),
}
const trusted = (reason: 'recovered' | 'held_long_enough', stillFailing: number): ProberChange => ({
  to: 'trusted',
  reason,
  suspectSince: new Date('2026-03-01T03:59:06Z'),
  stillFailing,
})

/** Of subject and text together, as it is read on a phone. */
const read = (rows: readonly DigestRow[], scope: Partial<DigestScope> = {}): string => {
  const digest = composeDigest(rows, { ...PROD, ...scope })
  return digest === null ? 'nothing' : `${digest.subject}\n\n${digest.text}`
}

describe('the digest reads well:', () => {
  it('one host is down', async () => {
    sequence = 0
    await expect(read([status('web-01', 'unreachable')])).toMatchFileSnapshot('digests/one-host-down.txt')
  })

  it('312 hosts are down with one cause, and two with others', async () => {
    sequence = 0
    const many = Array.from({ length: 312 }, (_, i) =>
      status(`db-${String(i).padStart(3, '0')}`, 'unreachable', { address: `10.2.${i % 16}.${i % 250}` }),
    )
    const others = [
      status('bastion', 'unreachable', { address: '192.168.7.1', errorType: 'connection_refused' }),
      status('v6', 'unreachable', { address: '2001:db8:1:2::7', errorType: 'network_unreachable' }),
    ]
    const text = read([...many, ...others], { downNow: 320 })
    await expect(text).toMatchFileSnapshot('digests/312-hosts-down.txt')
  })

  it('some hosts are down, one is back and one drifted badly', async () => {
    sequence = 0
    const rows = [
      status('web-01', 'unreachable'),
      status('web-02', 'unreachable', { errorType: 'connection_refused' }),
      status('db-01', 'reachable', { address: '10.2.30.1' }),
      drift('app-07', 'major'),
    ]
    await expect(read(rows, { downNow: 2 })).toMatchFileSnapshot('digests/mixed.txt')
  })

  it('major drift, with the rules that are newly failing by severity', async () => {
    sequence = 0
    await expect(read([drift('app-07', 'major')], { downNow: 0 })).toMatchFileSnapshot(
      'digests/major-drift.txt',
    )
  })

  it('the prober is suspect, after one host has gone down', async () => {
    sequence = 0
    const rows = [status('web-01', 'unreachable'), prober(SUSPECT)]
    await expect(read(rows)).toMatchFileSnapshot('digests/prober-suspect.txt')
  })

  it('the prober is trusted again', async () => {
    sequence = 0
    const text = read([prober(trusted('recovered', 1))], { downNow: 0 })
    await expect(text).toMatchFileSnapshot('digests/prober-trusted.txt')
  })

  it('the prober was suspect for as long as it may', async () => {
    sequence = 0
    const text = read([prober(trusted('held_long_enough', 1_997))], { downNow: 3 })
    await expect(text).toMatchFileSnapshot('digests/prober-held-long-enough.txt')
  })

  it('all is quiet again', async () => {
    sequence = 0
    const rows = [status('web-01', 'reachable'), status('web-02', 'reachable'), status('db-01', 'reachable')]
    await expect(read(rows, { downNow: 0 })).toMatchFileSnapshot('digests/all-quiet-again.txt')
  })
})

it('hosts that flap read well, and those that have stopped', async () => {
  sequence = 0
  const settled = (row: DigestRow): DigestRow => (row.what === 'status' ? { ...row, after: 'flapping' } : row)
  const flapping = (name: string, status: 'reachable' | 'unreachable'): DigestRow => ({
    sequence: ++sequence,
    recordedAtMs: AT.getTime(),
    occurredAt: AT,
    host: hostOf(name, '10.2.14.7'),
    isQuiet: false,
    what: 'flapping',
    status,
    changes: { count: 4, windowMinutes: 60 },
  })
  const rows = [
    flapping('web-01', 'unreachable'),
    flapping('web-02', 'reachable'),
    settled(status('db-01', 'unreachable')),
    settled(status('db-02', 'reachable')),
  ]
  await expect(read(rows, { downNow: 2 })).toMatchFileSnapshot('digests/flapping.txt')
  expect(read(rows.slice(0, 2), { kinds: parseNotify('up') })).toBe('nothing')
})

describe('after a maintenance', () => {
  const quiet = (row: DigestRow): DigestRow =>
    row.what === 'maintenance_ended' || row.what === 'prober' ? row : { ...row, isQuiet: true }
  const ended = (...rows: DigestRow[]): DigestRow => ({
    sequence: ++sequence,
    recordedAtMs: AT.getTime(),
    occurredAt: AT,
    host: null,
    what: 'maintenance_ended',
    hosts: rows.flatMap((row): AfterMaintenance[] =>
      row.what === 'maintenance_ended' || row.what === 'prober' || row.host === null
        ? []
        : row.what === 'status'
          ? [{ ...row, host: row.host, after: 'maintenance' }]
          : [{ ...row, host: row.host }],
    ),
  })

  it('hosts that are still down are told, and what drifted', async () => {
    sequence = 0
    const rows = [
      ended(
        status('web-01', 'unreachable'),
        status('web-02', 'unreachable', { errorType: 'connection_refused' }),
        status('web-03', 'unreachable'),
        drift('web-01', 'major'),
      ),
    ]
    await expect(read(rows, { downNow: 3 })).toMatchFileSnapshot('digests/after-maintenance.txt')
  })

  it('a host that was down before it and has come back in it is back', () => {
    expect(read([ended(status('web-01', 'reachable'))], { downNow: 0 })).toMatch(
      /^\[prod\] 1 host back, none down\n/,
    )
  })

  it('a host that goes down once more is told once, by what happened last', () => {
    const left = status('web-01', 'unreachable')
    const row = ended(left)
    const again: DigestRow = { ...status('web-01', 'unreachable'), host: left.host }
    expect(read([row, again])).toMatch(/^\[prod\] 1 host down: web-01\n/)
  })

  it('nothing is told where all is well, nor of kinds that nobody asks for', () => {
    expect(read([ended()])).toBe('nothing')
    expect(read([ended(status('web-01', 'unreachable'))], { kinds: parseNotify('up,major') })).toBe('nothing')
  })

  it('nothing is told of a host while it lasts', () => {
    expect(read([quiet(status('web-01', 'unreachable')), quiet(drift('web-01', 'major'))])).toBe('nothing')
    const loud = status('web-02', 'unreachable')
    expect(read([quiet(status('web-01', 'unreachable')), loud])).toMatch(/^\[prod\] 1 host down: web-02\n/)
  })
})

describe('the digest', () => {
  it.each([
    ['unknown', 'unreachable', 'down'],
    ['reachable', 'unreachable', 'down'],
    ['unreachable', 'reachable', 'up'],
    ['unknown', 'reachable', null],
  ] as const)('takes a change from %s to %s for %s', (from, to, kind) => {
    expect(notifyKind(status('a', to, { from }))).toBe(kind)
  })

  it('says nothing where nothing is of a kind that is asked for', () => {
    const rows = [status('a', 'unreachable'), drift('b', 'minor')]
    expect(read(rows, { kinds: parseNotify('') })).toBe('nothing')
    expect(read(rows, { kinds: parseNotify('major,improvement') })).toBe('nothing')
    expect(read(rows, { kinds: new Set(NOTIFY_KINDS) })).toMatch(/^\[prod\] 1 host down, 1 minor drift\n/)
    expect(read([status('a', 'reachable', { from: 'unknown' })])).toBe('nothing')
  })

  it('tells of a host that went down and came back that it is back', () => {
    const down = status('web-01', 'unreachable')
    const up: DigestRow = { ...status('web-01', 'reachable'), host: down.host }
    expect(read([up, down].reverse(), { downNow: 0 })).toMatch(/^\[prod\] 1 host back, none down\n/)
  })

  it('tells of a prober that was suspect and is trusted that it is trusted', () => {
    const text = read([prober(SUSPECT), prober(trusted('recovered', 0))], { downNow: 0 })
    expect(text).toMatch(/^\[prod\] prober trusted again\n/)
    expect(text).not.toContain('suspect since 04:05')
  })

  it('has at most 20 lines in a section, however many hosts and causes there are', () => {
    const rows = Array.from({ length: 500 }, (_, i) =>
      status(`h-${i}`, 'unreachable', { address: `10.${i % 100}.0.1`, errorType: `cause_${i % 97}` }),
    )
    const text = read(rows)
    expect(text.split('\n').filter((line) => line.startsWith('  h-') || line.includes('more'))).toHaveLength(
      20,
    )
    expect(text).toContain('  and 481 more\n')
  })

  it('lets no line end, no control character and no foreign letter of a name through to the subject', () => {
    const digest = composeDigest([status('a\r\nBcc: x@y\u202e ümlaut', 'unreachable')], PROD)
    expect(digest?.subject).toBe('[prod] 1 host down: a??Bcc: x@y? ?mlaut')
    expect(digest?.text).toContain('  a??Bcc: x@y? ümlaut  10.2.14.7:22')
  })

  it('has a subject that SNS takes, whatever the name', () => {
    const digest = composeDigest([status('x'.repeat(500), 'unreachable')], PROD)
    expect(digest?.subject).toHaveLength(99)
  })
})

describe('telling', () => {
  it.each([
    [null, true],
    [0, false],
    [59_999, false],
    [60_000, true],
  ])('%s ms after the last digest is allowed: %s', (ago, allowed) => {
    expect(maySendDigest(ago === null ? null : new Date(AT.getTime() - ago), AT)).toBe(allowed)
  })

  it('forgets single rows only when no earlier one can still appear', () => {
    const row = (n: number, recordedAtMs: number): DigestRow => ({
      ...status('a', 'unreachable'),
      sequence: n,
      recordedAtMs,
    })
    const first = addReported({ through: 3, beyond: [] }, [row(5, 0), row(6, 100_000)], 100_000)
    expect(first).toEqual({
      through: 3,
      beyond: [
        [5, 0],
        [6, 100_000],
      ],
    })
    const second = addReported(first, [row(4, 90_000), row(9, 130_000)], 130_000)
    expect(second).toEqual({
      through: 5,
      beyond: [
        [6, 100_000],
        [9, 130_000],
      ],
    })
  })
})
