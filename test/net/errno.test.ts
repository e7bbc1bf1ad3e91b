import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../shared/domain/reachability.ts'
import { classifyError } from '../../shared/net/errno.ts'

const withCode = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

describe('what a socket error says', () => {
  it.each<[string, FailureKind]>([
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_reset'],
    ['EHOSTUNREACH', 'host_unreachable'],
    ['EHOSTDOWN', 'host_unreachable'],
    ['ENETUNREACH', 'network_unreachable'],
    ['EACCES', 'administratively_prohibited'],
    ['EPERM', 'administratively_prohibited'],
    ['ETIMEDOUT', 'tcp_timeout'],
    ['EPROTO', 'tcp_error'],
    ['ENETRESET', 'tcp_error'],
  ])('a socket error %s says of the host: %s', (code, errorType) => {
    expect(classifyError(withCode(code))).toEqual({ kind: 'unreachable', errorType })
  })

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETDOWN'])(
    'a socket error %s says nothing of the host: what never left the prober is its own fault',
    (code) => {
      expect(classifyError(withCode(code))).toEqual({ kind: 'inconclusive', reason: code })
    },
  )

  it('a socket error without a code says that the connection failed', () => {
    expect(classifyError(new Error('odd'))).toEqual({ kind: 'unreachable', errorType: 'tcp_error' })
  })
})
