import { type AnsibleHost, readAnsibleIni } from './fleet-ansible-ini.ts'
import { describeJsonFault } from './fleet-json.ts'
import type { RawRows } from './raw-rows.ts'

/** The connection plugins that use the SSH port of the host itself. Without one Ansible uses `ssh`. */
const SSH_CONNECTIONS = new Set([
  'ssh',
  'smart',
  'paramiko',
  'paramiko_ssh',
  'libssh',
  'network_cli',
  'netconf',
])
/** Enough to see what kind of hosts they are. */
const MAX_NAMES_SHOWN = 5

/** Whether a text is what `ansible-inventory --list` prints. */
export const isAnsibleJson = (text: string): boolean => /^\uFEFF?\s*\{/.test(text) && text.includes('"_meta"')

/**
 * The hosts of an Ansible inventory: the JSON of `ansible-inventory --list`, or a file in INI. Hosts that Ansible does
 * not reach by SSH are left out, with a note.
 */
export function readAnsibleRows(text: string): RawRows {
  const { hosts, faults } = /^\uFEFF?\s*\{/.test(text) ? readAnsibleJson(text) : readAnsibleIni(text)
  const isBySsh = ({ variables }: AnsibleHost): boolean => {
    const connection = variables.ansible_connection
    return typeof connection !== 'string' || SSH_CONNECTIONS.has(connection.split('.').at(-1) ?? '')
  }
  return {
    rows: hosts.filter(isBySsh).map(({ name, line, variables }) => ({
      line,
      value: {
        address: variables.ansible_host ?? variables.ansible_ssh_host ?? name,
        port: variables.ansible_port ?? variables.ansible_ssh_port,
        name,
      },
    })),
    columns: [],
    faults,
    notes: describeLeftOut(hosts.filter((host) => !isBySsh(host))),
  }
}

function describeLeftOut(hosts: readonly AnsibleHost[]): string[] {
  if (hosts.length === 0) return []
  const some = hosts.slice(0, MAX_NAMES_SHOWN).map(({ name }) => name)
  const names = (hosts.length > some.length ? [...some, '…'] : some).join(', ')
  return [`left out, because Ansible does not reach them by SSH: ${names}`]
}

type Found = { readonly hosts: readonly AnsibleHost[]; readonly faults: RawRows['faults'] }

function readAnsibleJson(text: string): Found {
  const withoutMark = text.replace(/^\uFEFF/, ' ')
  let inventory: unknown
  try {
    inventory = JSON.parse(withoutMark)
  } catch (error) {
    return { hosts: [], faults: [describeJsonFault(error, withoutMark)] }
  }
  if (!isRecord(inventory)) {
    return { hosts: [], faults: [{ line: 1, message: 'not the output of ansible-inventory --list' }] }
  }
  const { _meta: meta, ...groups } = inventory
  const variables = isRecord(meta) && isRecord(meta.hostvars) ? meta.hostvars : {}
  // A host without variables is in a group only, and one without a group among the variables only.
  const names = Object.values(groups).flatMap((group) => (isRecord(group) ? namesIn(group.hosts) : []))
  const lines = linesOfTexts(withoutMark)
  const hosts = [...new Set([...names, ...Object.keys(variables)])].map((name) => {
    const own = Object.hasOwn(variables, name) ? variables[name] : {}
    return { name, line: lines.get(JSON.stringify(name)) ?? 1, variables: isRecord(own) ? own : {} }
  })
  return { hosts, faults: [] }
}

const namesIn = (hosts: unknown): string[] =>
  Array.isArray(hosts) ? hosts.filter((name): name is string => typeof name === 'string') : []

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The line on which each text of a JSON document is first. */
function linesOfTexts(json: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  let line = 1
  for (const [token] of json.matchAll(/"(?:[^"\\\n]|\\.)*"|\n/g)) {
    if (token === '\n') line += 1
    else if (!lines.has(token)) lines.set(token, line)
  }
  return lines
}
