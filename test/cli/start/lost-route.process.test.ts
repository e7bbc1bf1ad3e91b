import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { namespaceRefusal, runInNamespace } from '../../support/network/namespace.ts'

const PROGRAM = fileURLToPath(new URL('./lost-route.ts', import.meta.url))

it('hosts whose route is lost are reported as down, each with its reason, and shown so', {
  timeout: 120_000,
}, async (context) => {
  const refusal = namespaceRefusal()
  if (refusal !== null) context.skip(`this machine gives no network namespace: ${refusal}`)
  const { stdout } = (await runInNamespace(PROGRAM)) as { stdout: string }
  expect(stdout).toMatch(/ change four \S+ reachable -> unreachable \(network_unreachable\)\n/)
  expect(stdout).toMatch(/ change six \S+ reachable -> unreachable \(administratively_prohibited\)\n/)
  expect(stdout.match(/ change .*-> unreachable/g)).toHaveLength(2)
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/ status 2 hosts: 0 reachable, 2 unreachable/)
})
