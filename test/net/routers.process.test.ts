import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { namespaceRefusal, runInNamespace } from '../support/network/namespace.ts'

const PROGRAM = fileURLToPath(new URL('./probe-through-router.ts', import.meta.url))

it('what routers and routes say counts against the host, by IPv4 and by IPv6', async (context) => {
  const refusal = namespaceRefusal()
  if (refusal !== null) context.skip(`this machine gives no network namespace: ${refusal}`)
  expect(await runInNamespace(PROGRAM)).toEqual({
    answers: ['reachable', 'reachable'],
    'unreachable at the router': ['host_unreachable', 'network_unreachable'],
    'prohibited at the router': ['host_unreachable', 'administratively_prohibited'],
    'a black hole at the router': ['tcp_timeout', 'tcp_timeout'],
    'without a route at the router': ['network_unreachable', 'network_unreachable'],
    'without a route at the prober': ['network_unreachable', 'network_unreachable'],
    'prohibited at the prober': ['administratively_prohibited', 'administratively_prohibited'],
  })
})
