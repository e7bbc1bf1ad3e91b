import { describe, expect, it } from 'vitest'
import { type FleetFormat, parseFleet } from '../../shared/contracts/fleet-file.ts'
import type { HostNames } from '../../shared/contracts/judge-rows.ts'
import { DEFAULT_ALLOWED_ADDRESSES } from '../../shared/domain/addresses.ts'

const NAMES: HostNames = new Map(
  ['web-01', 'web-02', 'web-03', 'db-a.example', 'db-b.example', 'git.example'].map((name, i) => [
    name,
    { addresses: [`10.0.0.${i + 1}`] },
  ]),
)
const parse = (format: FleetFormat, text: string) =>
  parseFleet(text, format, 'f', DEFAULT_ALLOWED_ADDRESSES, NAMES)
function hosts(format: FleetFormat, text: string): string[] {
  const parsed = parse(format, text)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.hosts.map(({ name, address, port }) => `${name} ${address} ${port}`)
}
function faults(format: FleetFormat, text: string): string[] {
  const parsed = parse(format, text)
  return 'faults' in parsed ? parsed.faults.map(({ line, message }) => `${line}: ${message}`) : []
}

describe('an Ansible inventory in JSON', () => {
  const listed = JSON.stringify(
    {
      _meta: {
        hostvars: {
          bastion: { ansible_host: '192.0.2.1', ansible_port: 2222, ansible_user: 'admin' },
          localhost: { ansible_connection: 'local' },
          'win-1': { ansible_host: '192.0.2.3', ansible_connection: 'winrm' },
          router: { ansible_host: '192.0.2.4', ansible_connection: 'ansible.netcommon.network_cli' },
        },
      },
      all: { children: ['ungrouped', 'web'] },
      ungrouped: { hosts: ['bastion', 'localhost', 'win-1', 'router'] },
      web: { hosts: ['web-01', 'bastion', '10.0.0.9'] },
    },
    null,
    2,
  )

  it('an Ansible inventory in JSON gives each host once, with the address and port that Ansible uses', () => {
    const expected = [
      'bastion 192.0.2.1 2222',
      'router 192.0.2.4 22',
      'web-01 10.0.0.1 22',
      '10.0.0.9 10.0.0.9 22',
    ]
    expect(hosts('ansible', listed)).toEqual(expected)
    expect(hosts('json', listed)).toEqual(expected)
  })

  it('an Ansible inventory in JSON leaves out what Ansible does not reach by SSH, with a note', () => {
    expect(parse('ansible', listed).notes).toEqual([
      'f: left out, because Ansible does not reach them by SSH: localhost, win-1',
    ])
  })

  it('an Ansible inventory in JSON is refused with the lines of its faults', () => {
    expect(faults('ansible', listed.replace('192.0.2.1', '{{ ip }}'))).toEqual([
      expect.stringMatching(/^4: malformed address "\{\{ ip \}\}"/),
    ])
    expect(faults('ansible', '{\n"all": ')).toEqual([expect.stringMatching(/^2: not valid JSON/)])
    expect(faults('ansible', '{"all": {"hosts": []}}')).toEqual(['1: the file names no host'])
  })
})

describe('an Ansible inventory in INI', () => {
  it('an Ansible inventory in INI gives each host once, whatever groups it is in', () => {
    const inventory = `\uFEFF# the fleet
bastion ansible_host=192.0.2.1 ansible_port=2222 ansible_user=admin  # the way in
[web]
web-[01:03]
10.0.0.9 note="two words"
[db]
db-[a:b].example:2200
web-01 ansible_port='23'
; the end
[web:vars]
http_port=80
[all:children]
web
db
[local]\r
localhost ansible_connection=local\r
`
    expect(hosts('ansible', inventory)).toEqual([
      'bastion 192.0.2.1 2222',
      'web-01 10.0.0.1 23',
      'web-02 10.0.0.2 22',
      'web-03 10.0.0.3 22',
      '10.0.0.9 10.0.0.9 22',
      'db-a.example 10.0.0.4 2200',
      'db-b.example 10.0.0.5 2200',
    ])
  })

  it.each([
    ['10.0.0.[8:10]', ['10.0.0.8', '10.0.0.9', '10.0.0.10']],
    ['10.0.0.[1:9:4]', ['10.0.0.1', '10.0.0.5', '10.0.0.9']],
    ['10.0.[0:1].[1:2]', ['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.0.1.2']],
    ['[2001:db8::1]:2222', ['2001:db8::1']],
    ['2001:db8::1', ['2001:db8::1']],
  ])('the pattern %s of an inventory stands for %j', (pattern, addresses) => {
    const parsed = parse('ansible', `${pattern}\n`)
    expect('hosts' in parsed ? parsed.hosts.map(({ address }) => address) : parsed.faults).toEqual(addresses)
  })

  it('an Ansible inventory in INI is refused with the lines of its faults', () => {
    expect(faults('ansible', 'web-01\n[all:vars]\nansible_port=2222\n')).toEqual([
      '3: ansible_port of a group is not read: give the output of ansible-inventory --list',
    ])
    expect(faults('ansible', 'web-01 whatever\n')).toEqual([
      '1: "whatever" is no variable: NAME=VALUE is needed',
    ])
    expect(faults('ansible', 'w[0:99999999]\n')).toEqual(['1: "w[0:99999999]" is more than 100000 hosts'])
    expect(faults('ansible', 'web-01\nweb-99 ansible_host=web-01\n')).toEqual([
      expect.stringMatching(/^2: duplicate host: 10\.0\.0\.1 port 22 is on line 1/),
    ])
  })
})

describe("an SSH client's list of known hosts", () => {
  const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITHISISAKEY'

  it('a list of known hosts gives each host once, and the address where it has one', () => {
    const list = `# mine
web-01,192.0.2.7 ${KEY}
web-01,192.0.2.7 ssh-rsa AAAAB3
[git.example]:2222 ${KEY}
192.0.2.9 ${KEY}
@cert-authority *.example ${KEY}
@revoked web-03 ${KEY}
*.example.org,!bad.example.org ${KEY}
`
    expect(hosts('known-hosts', list)).toEqual([
      'web-01 192.0.2.7 22',
      'git.example 10.0.0.6 2222',
      '192.0.2.9 192.0.2.9 22',
    ])
  })

  it('a list of known hosts with hashed names is refused', () => {
    expect(
      faults('known-hosts', `web-01 ${KEY}\n|1|c2FsdA==|aGFzaA== ${KEY}\n|1|c2FsdA==|aGFzaB== ${KEY}\n`),
    ).toEqual(['2: 2 names in this file cannot be read, because HashKnownHosts was on: remove these lines'])
  })

  it('no key of a list of known hosts is kept, and a line without a key is read as well', () => {
    expect(JSON.stringify(parse('known-hosts', `web-01 ${KEY} comment\n`))).not.toMatch(
      /AAAA|ed25519|comment/,
    )
    expect(hosts('known-hosts', 'web-01')).toEqual(['web-01 10.0.0.1 22'])
  })
})
