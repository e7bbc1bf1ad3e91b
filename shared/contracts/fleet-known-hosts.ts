import { isIP } from 'node:net'
import type { LineFault, RawRow, RawRows } from './raw-rows.ts'

/**
 * The hosts that an SSH client has met, from the first column of its list of known hosts (sshd(8), "SSH_KNOWN_HOSTS
 * FILE FORMAT"). Only names, addresses and ports are read: the keys are not looked at. Patterns and lines with a marker
 * are no hosts. A hashed name cannot be read, and is refused.
 */
export function readKnownHostsRows(text: string): RawRows {
  const rows = new Map<string, RawRow>()
  const hashed: number[] = []
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const [names = ''] = line.trim().split(/\s+/, 1)
    if (names === '' || names.startsWith('#') || names.startsWith('@')) continue
    if (names.startsWith('|')) hashed.push(i + 1)
    else
      for (const row of parseNames(names))
        if (!rows.has(formatKey(row))) rows.set(formatKey(row), { line: i + 1, value: row })
  }
  return { rows: [...rows.values()], columns: [], faults: refuseHashed(hashed) }
}

type KnownHost = {
  readonly address: string
  readonly port: number | undefined
  readonly name: string | undefined
}

const formatKey = ({ address, port }: KnownHost): string => `${address.toLowerCase()} ${port ?? 22}`

/** The names in one line are those of one host on each port. Its address is preferred to a name that is resolved. */
function parseNames(names: string): readonly KnownHost[] {
  const places = names
    .split(',')
    .filter((name) => name !== '' && !/[*?!]/.test(name))
    .map((name) => {
      const [, inBrackets, port] = /^\[(.*)\]:(\d+)$/.exec(name) ?? []
      return { host: inBrackets ?? name, port: port === undefined ? undefined : Number(port) }
    })
  return [...new Set(places.map(({ port }) => port))].flatMap((port) => {
    const hosts = places.filter((place) => place.port === port).map(({ host }) => host)
    const address = hosts.find((host) => isIP(host) !== 0) ?? hosts[0]
    const name = hosts.find((host) => isIP(host) === 0)
    return address === undefined ? [] : [{ address, port, name }]
  })
}

function refuseHashed(lines: readonly number[]): LineFault[] {
  const [line] = lines
  if (line === undefined) return []
  const many = lines.length === 1 ? 'a name' : `${lines.length} names`
  return [
    {
      line,
      message: `${many} in this file cannot be read, because HashKnownHosts was on: remove these lines`,
    },
  ]
}
