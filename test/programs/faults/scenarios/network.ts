import { fileURLToPath } from 'node:url'
import { namespaceRefusal, runInNamespace } from '../../../support/network/namespace.ts'
import type { Row } from '../scenario.ts'

const PROGRAM = fileURLToPath(new URL('./lost-network.ts', import.meta.url))
const WAYS = ['a black hole', 'without a route'] as const

/** Loses the network of a fleet in one way after the other, or says why this machine lets nobody do that. */
export async function playLostNetworks(): Promise<Row[] | { readonly skipped: string }> {
  const refusal = namespaceRefusal()
  if (refusal !== null) {
    return { skipped: `the network of the hosts lost: this machine gives no network namespace (${refusal})` }
  }
  const rows: Row[] = []
  for (const way of WAYS) rows.push((await runInNamespace(PROGRAM, [way])) as Row)
  return rows
}
