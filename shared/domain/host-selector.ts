import { classifyAddress } from './addresses.ts'
import { parseEndpoint } from './endpoint.ts'
import { isUuid } from './ids.ts'

/** Which hosts a text means. A text may mean several things: `10.2.0.7` is an address, and could be a name. */
export type HostSelector = {
  /** As it was typed. */
  readonly text: string
  /** In lower case: names are compared in whatever case. */
  readonly name: string
  readonly id: string | null
  readonly address: string | null
  /** Null for each port of the address. */
  readonly port: number | null
  /** `10.2.0.0/16`: every address in it. */
  readonly network: string | null
  /** Of LIKE, in lower case, for names and addresses; null where the text has no `*` and no `?`. */
  readonly pattern: string | null
}

/** Parses a name, an id, an address, an endpoint, a glob (`web-*`) or a network in CIDR notation. */
export function parseHostSelector(text: string): HostSelector {
  const endpoint = parseEndpoint(text)
  return {
    text,
    name: text.toLowerCase(),
    id: isUuid(text) ? text.toLowerCase() : null,
    address: endpoint?.address ?? (classifyAddress(text) === null ? null : text),
    port: endpoint?.port ?? null,
    network: isNetwork(text) ? text : null,
    pattern: /[*?]/.test(text) ? likePattern(text.toLowerCase()) : null,
  }
}

/** The prefix length of an IPv4 and of an IPv6 network is at most this (RFC 4632, RFC 4291). */
const MAX_PREFIX = { v4: 32, v6: 128 } as const

function isNetwork(text: string): boolean {
  const [, address = '', digits = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? []
  const most = address.includes(':') ? MAX_PREFIX.v6 : MAX_PREFIX.v4
  return classifyAddress(address) !== null && Number(digits) <= most
}

/** `*` is any text and `?` any character; what LIKE would take for its own is escaped. */
const likePattern = (glob: string): string =>
  glob
    .replaceAll(/[\\%_]/g, (character) => `\\${character}`)
    .replaceAll('*', '%')
    .replaceAll('?', '_')
