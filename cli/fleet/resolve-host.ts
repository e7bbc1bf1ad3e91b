import { isUuid } from '../../shared/domain/ids.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { endpoint } from '../terminal/wording.ts'
import type { OperatorClient } from './operator-client.ts'

/** What an operator typed is no host, or more than one. */
export class HostNotResolvedError extends Error {
  override readonly name = 'HostNotResolvedError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

export const noSuchHost = (text: string): HostNotResolvedError =>
  new HostNotResolvedError(
    `no host of the fleet has the name, address or id ${JSON.stringify(text)}`,
    EXIT.notFound,
  )

/**
 * The id of the one host that is meant by a name, an address or an id. An id is taken at its word.
 * @throws HostNotResolvedError where it is none, or more than one.
 */
export async function resolveHost(client: OperatorClient, text: string): Promise<string> {
  if (isUuid(text)) return text.toLowerCase()
  const { hosts } = await client.ask({ command: 'find', text })
  const [host] = hosts
  if (host === undefined) throw noSuchHost(text)
  if (hosts.length === 1) return host.id
  const candidates = hosts.map(({ id, name, address, port }) => `${id} (${name}, ${endpoint(address, port)})`)
  throw new HostNotResolvedError(
    `${JSON.stringify(text)} is more than one host: give the id, ${candidates.join(' or ')}`,
    EXIT.badInput,
  )
}
