import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listHostNames, parseFleet } from '../../shared/contracts/fleet-file.ts'
import type { HostNames } from '../../shared/contracts/judge-rows.ts'
import { DEFAULT_ALLOWED_ADDRESSES } from '../../shared/domain/addresses.ts'
import { deriveHostId } from '../../shared/domain/endpoint-id.ts'

const csv = (text: string) => parseFleet(text, 'csv', 'fleet.csv')
const json = (text: string) => parseFleet(text, 'json', 'fleet.json')
const NAMES: HostNames = new Map([
  ['web.example.org', { addresses: ['192.0.2.9'] }],
  ['two.example.org', { addresses: ['10.0.0.7', '10.0.0.8', '2001:db8::8'] }],
  ['gone.example.org', { fault: 'there is no such name' }],
  ['own.example.org', { addresses: ['127.0.0.1', '::1'] }],
])
const named = (text: string) => parseFleet(text, 'csv', 'fleet.csv', DEFAULT_ALLOWED_ADDRESSES, NAMES)
const faults = (parsed: ReturnType<typeof parseFleet>): string[] =>
  'faults' in parsed ? parsed.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`) : []

const ID = '0198c0de-0000-7000-8000-00000000002a'

describe('a fleet file', () => {
  it('a fleet file gives every host a name, a port and an id, also where it leaves them out', () => {
    const parsed = csv(
      `address,port,name,id\n192.0.2.1,,,\n192.0.2.2,2222,db-01,${ID.toUpperCase()}\n2001:DB8:0::1,23,,\n`,
    )
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
    expect(parsed).toEqual({
      hosts: [
        { id, name: '192.0.2.1', address: '192.0.2.1', port: 22 },
        { id: ID, name: 'db-01', address: '192.0.2.2', port: 2222 },
        { id, name: '[2001:db8::1]:23', address: '2001:db8::1', port: 23 },
      ],
      notes: [],
    })
  })

  it('a fleet file gives a host without an id the same one each time, and another one to each address and port', () => {
    const ids = (text: string) => {
      const parsed = csv(text)
      return 'hosts' in parsed ? parsed.hosts.map(({ id }) => id) : []
    }
    const first = ids('address,port\n192.0.2.1,22\n192.0.2.1,23\n192.0.2.2,22\n')
    expect(new Set(first).size).toBe(3)
    expect(ids('port,address\n22,192.0.2.2\n23,192.0.2.1\n22,192.0.2.1\n')).toEqual(first.toReversed())
  })

  it('a fleet file reads the same from CSV and from JSON', () => {
    const fromJson = json(
      `[{"address": "192.0.2.1", "port": 23, "name": "a"}, {"address": "2001:db8::1", "port": "24"}]`,
    )
    expect(fromJson).toEqual(csv('address,port,name\n192.0.2.1,23,a\n2001:db8::1,24,\n'))
    expect(fromJson).toHaveProperty('hosts')
  })

  it('a fleet file may have a byte order mark, Windows line ends, quotes, empty lines and comments', () => {
    const parsed = csv('\uFEFFAddress,Name\r\n\r\n# the web tier\r\n"192.0.2.1","web, first"\r\n')
    expect(parsed).toMatchObject({ hosts: [{ address: '192.0.2.1', name: 'web, first' }] })
    expect(json('\uFEFF[{"address": "192.0.2.1"}]')).toHaveProperty('hosts')
  })

  it('a fleet file reports every fault at once, each with its line', () => {
    const text = [
      'address,port,name,id',
      '192.0.2.300,70000,a,not-a-uuid',
      '',
      'web.example.org,,b,',
      '192.0.2.1,ssh,c,',
      '192.0.2.2,22,d,,surplus',
      ',22,e,',
    ].join('\n')
    expect(faults(csv(text))).toEqual([
      'fleet.csv:2: malformed address "192.0.2.300": an IPv4 or IPv6 address is needed',
      'fleet.csv:2: port 70000 is out of range: 1 to 65535',
      'fleet.csv:2: malformed id "not-a-uuid": a UUID is needed',
      'fleet.csv:4: malformed address "web.example.org": an IPv4 or IPv6 address is needed',
      'fleet.csv:5: malformed port "ssh": a number from 1 to 65535 is needed',
      'fleet.csv:6: 5 values, and the first line names 4 columns',
      'fleet.csv:7: address is missing',
    ])
  })

  it('a fleet file reports faults of JSON with the line that each host begins on', () => {
    const text =
      '[\n {"address": "192.0.2.1", "name": "[,{"},\n\n {"address": 7,\n  "port": 0},\n 5, {"adress": "::1"}]'
    expect(faults(json(text))).toEqual([
      'fleet.json:4: malformed address 7',
      'fleet.json:4: port 0 is out of range: 1 to 65535',
      'fleet.json:6: a host must be an object such as {"address": "192.0.2.1"}, not 5',
      'fleet.json:6: address is missing',
    ])
  })

  it('a fleet file names in one line the columns that it ignores', () => {
    const parsed = csv('address,os,name,Owner\n192.0.2.1,linux,a,ann\n')
    expect(parsed).toMatchObject({ hosts: [{ name: 'a' }], notes: [expect.any(String)] })
    expect(parsed.notes).toEqual([
      'fleet.csv: columns that are ignored: os, owner; the known ones are address, port, name, id',
    ])
    expect(
      json('[{"address": "192.0.2.1", "os": 1}, {"address": "192.0.2.2", "tags": {}, "os": 2}]').notes,
    ).toEqual(['fleet.json: columns that are ignored: os, tags; the known ones are address, port, name, id'])
    expect(csv('adress\n192.0.2.1\n')).toEqual({
      faults: [
        {
          file: 'fleet.csv',
          line: 1,
          message: 'the first line must name the columns, and one must be address',
        },
      ],
      notes: ['fleet.csv: columns that are ignored: adress; the known ones are address, port, name, id'],
    })
  })

  it('a fleet file lists the host names in its addresses, each once, for somebody to resolve', () => {
    const text = 'address,port\nWeb.example.org,22\nweb.example.org,23\n192.0.2.1,\n192.0.2.300,\ndb.,\n-x,\n'
    expect(listHostNames(text, 'csv')).toEqual(['web.example.org', 'db'])
  })

  it('a fleet file takes one address of each host name, keeps the name, and says so where there are several', () => {
    const parsed = named('address,port,name\nWeb.example.org,,\ntwo.example.org,2222,\ntwo.example.org,,db\n')
    const id = expect.any(String)
    expect(parsed).toEqual({
      hosts: [
        { id, name: 'Web.example.org', address: '192.0.2.9', port: 22, hostName: 'web.example.org' },
        { id, name: 'two.example.org:2222', address: '10.0.0.7', port: 2222, hostName: 'two.example.org' },
        { id, name: 'db', address: '10.0.0.7', port: 22, hostName: 'two.example.org' },
      ],
      notes: [
        'fleet.csv:3: two.example.org has the addresses 10.0.0.7, 10.0.0.8, 2001:db8::8: 10.0.0.7 is taken',
        'fleet.csv:4: two.example.org has the addresses 10.0.0.7, 10.0.0.8, 2001:db8::8: 10.0.0.7 is taken',
      ],
    })
  })

  it('a fleet file gives a host name the same id whatever its address is', () => {
    const ids = (address: string) => {
      const names: HostNames = new Map([['web.example.org', { addresses: [address] }]])
      const parsed = parseFleet('address\nweb.example.org\n', 'csv', 'f', DEFAULT_ALLOWED_ADDRESSES, names)
      return 'hosts' in parsed ? parsed.hosts.map(({ id }) => id) : []
    }
    expect(ids('192.0.2.1')).toEqual([deriveHostId('web.example.org', 22)])
    expect(ids('192.0.2.2')).toEqual(ids('192.0.2.1'))
  })

  it('a fleet file reports names that have no address, that policy does not allow, or that nobody may resolve', () => {
    expect(faults(named('address\ngone.example.org\nown.example.org\nelsewhere.example.org\n'))).toEqual([
      'fleet.csv:2: gone.example.org cannot be resolved: there is no such name',
      expect.stringMatching(/^fleet\.csv:3: address 127\.0\.0\.1 is loopback: /),
      'fleet.csv:4: elsewhere.example.org cannot be resolved: nobody has looked it up',
    ])
    expect(faults(csv('address\nweb.example.org\n'))).toEqual([
      'fleet.csv:2: malformed address "web.example.org": an IPv4 or IPv6 address is needed',
    ])
    expect(faults(named('address\n192.0.2.300\n'))).toEqual([
      'fleet.csv:2: malformed address "192.0.2.300": an IPv4 or IPv6 address or a host name is needed',
    ])
  })

  it('a fleet file prefers an address of a host name that policy allows', () => {
    const names: HostNames = new Map([['web', { addresses: ['127.0.0.1', '10.0.0.3'] }]])
    const parsed = parseFleet('address\nweb\n', 'csv', 'f', DEFAULT_ALLOWED_ADDRESSES, names)
    expect(parsed).toMatchObject({ hosts: [{ address: '10.0.0.3' }] })
  })

  it.each([
    ['the same address and port', '192.0.2.1,22,a,', '192.0.2.1,,b,', '192.0.2.1 port 22'],
    ['one address in two spellings', '2001:db8::1,,a,', '2001:db8:0::1,,b,', '2001:db8::1 port 22'],
    ['the same name', '192.0.2.1,,a,', '192.0.2.2,,a,', 'the name "a"'],
    ['the same id', `192.0.2.1,,a,${ID}`, `192.0.2.2,,b,${ID}`, `the id ${ID}`],
  ])('a fleet file refuses a host that is there twice: %s', (_, first, second, what) => {
    expect(faults(csv(`address,port,name,id\n${first}\n${second}\n`))).toEqual([
      `fleet.csv:3: duplicate host: ${what} is on line 2 already`,
    ])
  })

  it('a fleet file refuses an address of a kind that policy does not allow, with its line', () => {
    const kinds = {
      '127.0.0.1': 'loopback',
      '::ffff:127.0.0.1': 'loopback',
      '0.0.0.0': 'unspecified',
      '224.0.0.1': 'multicast',
      '255.255.255.255': 'broadcast',
      '169.254.169.254': 'metadata',
      'fd00:ec2::254': 'metadata',
      '169.254.1.1': 'link_local',
      '::': 'unspecified',
      '240.0.0.1': 'reserved',
    }
    const text = ['address', '10.0.0.1', ...Object.keys(kinds)].join('\n')
    expect(faults(csv(text))).toEqual(
      Object.values(kinds).map((kind, i) =>
        expect.stringMatching(
          new RegExp(`^fleet.csv:${i + 3}: address \\S+ is ${kind}: .* allows global, private$`),
        ),
      ),
    )
    const allowed = new Set(['global', 'private', 'loopback'] as const)
    expect(parseFleet('address\n127.0.0.1\n', 'csv', 'fleet.csv', allowed)).toHaveProperty('hosts')
  })

  it.each([
    ['', 1, 'the file is empty'],
    [' \n\n', 1, 'the file is empty'],
    ['address\n', 1, 'the file names no host'],
    ['192.0.2.1,22\n', 1, 'the first line must name the columns, and one must be address'],
    ['name\nweb\n', 1, 'one must be address'],
    ['address,address\n1.1.1.1,2.2.2.2\n', 1, 'the column address is there twice'],
    ['address\n192.0.2.1\n"192.0.2.2\n', 3, 'not valid CSV: quote not closed'],
    ['address\nfe80::1%eth0\n', 2, 'malformed address'],
    ['address,name\n192.0.2.1,\u001b[31m\n', 2, 'malformed name'],
  ])('a fleet file refuses the CSV %j', (text, line, message) => {
    expect(faults(csv(text)).filter((fault) => fault.includes(message))).toEqual([
      expect.stringContaining(`fleet.csv:${line}: `),
    ])
  })

  it.each([
    ['', 1, 'the file is empty'],
    ['[]', 1, 'the file names no host'],
    ['{"address": "192.0.2.1"}', 1, 'a fleet in JSON is an array of hosts'],
    ['[\n{"address": "192.0.2.1"\n', 3, 'not valid JSON'],
    ['[\n{"address": "192.0.2.1"},\n]', 3, 'not valid JSON: unexpected token'],
    ['[\n{"address": "192.0.2.1"}\n{"address": "192.0.2.2"}]', 3, 'not valid JSON: expected'],
    ['address\n192.0.2.1\n', 1, 'not valid JSON: unexpected token'],
    ['[\n{"address": "192.0.2.1", "port": {"toString": 1}}]', 2, 'malformed port {"toString":1}'],
    ['[\n{"address": "192.0.2.1", "name": "\\ud800"}]', 2, 'malformed name'],
    [
      `[\n${'{"address": "192.0.2.1"},\n'.repeat(9)}{"address": oops}\n]`,
      11,
      "not valid JSON: unexpected token 'o'",
    ],
  ])('a fleet file refuses the JSON %j', (text, line, message) => {
    expect(faults(json(text))).toEqual([expect.stringContaining(`fleet.json:${line}: ${message}`)])
  })

  it('a fleet file never throws, whatever is in it, and always says on which of its lines a fault is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string().map((rest) => `address,port\n${rest}`),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('csv', 'json'), (content, format) => {
        const parsed = parseFleet(content, format, 'f')
        if (!('faults' in parsed)) return
        expect(parsed.faults.length).toBeGreaterThan(0)
        for (const { line, message } of parsed.faults) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(content.split(/\r\n|\r|\n/).length)
          expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
        }
      }),
    )
  })
})
