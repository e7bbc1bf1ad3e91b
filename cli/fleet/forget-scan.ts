import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { resolveHostId } from '../terminal/resolve-host.ts'
import { describeForgotten } from './describe-event.ts'
import type { OperatorClient } from './operator-client.ts'

export type ForgetOrder = { readonly host: string; readonly scanId: string; readonly json: boolean }

/** Takes a scan back out of state and log, so that later scans are not older ones any more. */
export async function forgetScan(
  client: OperatorClient,
  output: Output,
  { host, scanId, json }: ForgetOrder,
): Promise<ExitCode> {
  const hostId = await resolveHostId(client.findHosts, host)
  const answer = await client.ask({ command: 'scans.forget', hostId, scanId })
  if (answer.outcome === 'unknown_scan') {
    output.err(`no scan ${scanId} of ${host} is recorded`)
    return EXIT.notFound
  }
  output.out(json ? JSON.stringify(answer) : `forgotten: ${describeForgotten(answer)}`)
  return EXIT.done
}
