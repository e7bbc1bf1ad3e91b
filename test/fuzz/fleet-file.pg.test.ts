import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FleetFormat, listHostNames, parseFleet } from '../../shared/contracts/fleet-file.ts'
import type { HostNames } from '../../shared/contracts/judge-rows.ts'
import { listHosts, upsertHosts } from '../../shared/db/hosts.ts'
import { classifyAddress, DEFAULT_ALLOWED_ADDRESSES } from '../../shared/domain/addresses.ts'
import { anyJson, bent } from '../support/bent-json.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'
import { freshDatabase } from '../support/postgres/database.ts'

const cell = fc.oneof(
  fc.constantFrom(
    '192.0.2.1',
    '10.0.0.2',
    '2001:db8::1',
    '::ffff:192.0.2.1',
    '127.0.0.1',
    '169.254.169.254',
    '22',
  ),
  fc.constantFrom(
    'address',
    'port',
    'name',
    'id',
    '#',
    '"',
    '""',
    'web',
    '0',
    '65536',
    '',
    '\u0000',
    '\ud800',
    '1e1',
  ),
  fc.uuid(),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\u2028')
const csv = fc
  .tuple(
    fc.constantFrom('address\n', 'address,name\n', 'address,port,name,id\n', 'name,address\n', ''),
    fc.array(fc.tuple(fc.array(cell, { minLength: 1, maxLength: 4 }), lineEnd), { maxLength: 8 }),
  )
  .map(([header, rows]) => header + rows.map(([cells, end]) => cells.join(',') + end).join(''))
const json = bent(
  [{ address: '192.0.2.1' }],
  [
    { address: '192.0.2.1', port: 22, name: 'a', id: '0198c0de-0000-7000-8000-00000000002a' },
    { address: '2001:db8::1', name: 'b' },
  ],
).map((value) => JSON.stringify(value, null, 1))
/** Lines of an inventory and of a list of known hosts: words in any order. */
const linesOf = (words: readonly string[]) =>
  fc
    .array(fc.tuple(fc.array(fc.oneof(fc.constantFrom(...words), cell), { maxLength: 4 }), lineEnd), {
      maxLength: 8,
    })
    .map((lines) => lines.map(([line, end]) => line.join(' ') + end).join(''))
const inventory = linesOf([
  ...[
    '[web]',
    '[web:vars]',
    '[web:children]',
    '[all:vars]',
    '[',
    'web-01',
    'web[01:03]',
    'web[a:c].example',
    'w[1:9:0]',
  ],
  ...[
    'w[9:1]',
    'w[0:99999999999]',
    'w[1:999][1:999]',
    '10.0.0.[1:9]',
    'web-02:2222',
    '[2001:db8::9]:23',
    'ansible_host="',
  ],
  ...[
    'ansible_host=192.0.2.1',
    'ansible_port=23',
    "ansible_host='10.0.0.7'",
    'ansible_connection=local',
    'x=y',
    '# x',
  ],
])
const knownHosts = linesOf([
  ...[
    'web-01',
    'web-01,192.0.2.7',
    '[web-01]:2222,[192.0.2.8]:2222',
    '*.example,!x.example',
    '@revoked',
    '|1|a|b',
    '#',
  ],
  ...['ssh-ed25519', 'AAAA', ',', '[]:22', '[web]:99999', '[2001:db8::1]:22'],
])
const ansibleJson = bent(
  { _meta: { hostvars: {} } },
  {
    _meta: {
      hostvars: { a: { ansible_host: '192.0.2.1', ansible_port: 23 }, b: { ansible_connection: 'local' } },
    },
    all: { children: ['web', 'ungrouped'] },
    web: { hosts: ['a', 'b', '10.0.0.9'] },
  },
).map((value) => JSON.stringify(value, null, 1))
const files = fc.oneof(
  csv.map((text) => ({ text, format: 'csv' as const })),
  json.map((text) => ({ text, format: 'json' as const })),
  inventory.map((text) => ({ text, format: 'ansible' as const })),
  ansibleJson.map((text) => ({ text, format: 'ansible' as const })),
  knownHosts.map((text) => ({ text, format: 'known-hosts' as const })),
  anyJson.map((value) => ({
    text: typeof value === 'string' ? value : JSON.stringify(value),
    format: 'json' as const,
  })),
)

/** Some of the names have an address or two, some have none, and some were not looked up. */
const resolved = (text: string, format: FleetFormat): HostNames =>
  new Map(
    listHostNames(text, format).flatMap((name, i) => {
      if (i % 4 === 3) return []
      return [[name, i % 4 === 2 ? { fault: 'none' } : { addresses: [`192.0.2.${i % 250}`, '2001:db8::7'] }]]
    }),
  )

describe('a fleet file with anything in it', () => {
  it('a fleet file with anything in it is refused with its lines, or is a fleet that the database takes as it stands', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await using db = await freshDatabase()
    await fuzz(files, 1500, async ({ text, format }) => {
      const parsed = parseFleet(text, format, 'f', DEFAULT_ALLOWED_ADDRESSES, resolved(text, format))
      if ('faults' in parsed) {
        expect(parsed.faults.length).toBeGreaterThan(0)
        for (const { line, message } of parsed.faults) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
        }
        return
      }
      for (const { address } of parsed.hosts) {
        const kind = classifyAddress(address)
        expect(kind !== null && DEFAULT_ALLOWED_ADDRESSES.has(kind)).toBe(true)
      }
      await db.sql`delete from hosts`
      await upsertHosts(db.sql, parsed.hosts)
      const stored = await listHosts(db.sql)
      expect(stored.map(({ name }) => name).sort()).toEqual(parsed.hosts.map(({ name }) => name).sort())
    })
  })
})
