import type { FailureKind, ProbeResult } from '../domain/reachability.ts'

/** What these say of a host. Any other code that is not the prober's own fault is a `tcp_error`. */
const FAILURE_OF_CODE: ReadonlyMap<string, FailureKind> = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['EHOSTUNREACH', 'host_unreachable'],
  ['EHOSTDOWN', 'host_unreachable'],
  ['ETIMEDOUT', 'tcp_timeout'],
])

/** No descriptors, ports, memory, network, address family or permission on this side: nothing about the host. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETUNREACH',
  'ENETDOWN',
  'EACCES',
  'EPERM',
])

/** What a socket's error says: of the host, or of the prober. */
export function resultOfError(error: NodeJS.ErrnoException): ProbeResult {
  const code = error.code ?? error.message
  if (OWN_FAULTS.has(code)) return { kind: 'inconclusive', reason: code }
  return { kind: 'unreachable', errorType: FAILURE_OF_CODE.get(code) ?? 'tcp_error' }
}
