import type { FailureKind, ProbeResult } from '../domain/reachability.ts'

/**
 * What the codes of connect(2) say of a host. Any other code that is not one of OWN_FAULTS is a `tcp_error`.
 * Linux makes them from what a router answers as well as from a route of its own: for IPv4 net unreachable is
 * ENETUNREACH, host unreachable and prohibited are EHOSTUNREACH; for IPv6 no route is ENETUNREACH, prohibited
 * and rejected are EACCES. A firewall on the prober's machine may answer EPERM.
 */
const FAILURE_OF_CODE: ReadonlyMap<string, FailureKind> = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['EHOSTUNREACH', 'host_unreachable'],
  ['EHOSTDOWN', 'host_unreachable'],
  ['ENETUNREACH', 'network_unreachable'],
  ['EACCES', 'administratively_prohibited'],
  ['EPERM', 'administratively_prohibited'],
  ['ETIMEDOUT', 'tcp_timeout'],
])

/** No descriptors, ports, memory, address family or interface on this side: nothing was sent, so nothing is known. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETDOWN',
])

/** What the error of a socket that was to be connected says: of the host, or of the prober. */
export function classifyError(error: NodeJS.ErrnoException): ProbeResult {
  const code = error.code ?? error.message
  if (OWN_FAULTS.has(code)) return { kind: 'inconclusive', reason: code }
  return { kind: 'unreachable', errorType: FAILURE_OF_CODE.get(code) ?? 'tcp_error' }
}
