import type { HostListing } from '../../shared/contracts/operate-answer.ts'
import type { QuietReason } from '../../shared/domain/operator-queries.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import type { OperatorClient } from './operator-client.ts'

/** Reads the hosts of the fleet, page by page as they come. */
export async function* readFleetPages(
  client: OperatorClient,
  state: ReachabilityStatus | null = null,
  only?: QuietReason,
): AsyncGenerator<HostListing[]> {
  let after: { readonly name: string; readonly id: string } | null = null
  do {
    const page: Awaited<ReturnType<typeof client.ask<'hosts'>>> = await client.ask({
      command: 'hosts',
      ...(state !== null && { state }),
      ...(only !== undefined && { only }),
      ...(after !== null && { after }),
    })
    yield page.hosts
    after = page.next
  } while (after !== null)
}
