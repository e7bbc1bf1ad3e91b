import { isUuid } from '../../../shared/domain/ids.ts'
import { endpoint } from '../view/wording.ts'
import type { Door } from './door.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** What an operator typed is no host, or more than one. */
export class NotOneHost extends Error {
  override readonly name = 'NotOneHost'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

export const noSuchHost = (text: string): NotOneHost =>
  new NotOneHost(`no host of the fleet has the name, address or id ${JSON.stringify(text)}`, EXIT.notFound)

/**
 * The id of the one host that is meant by a name, an address or an id. An id is taken at its word.
 * @throws NotOneHost where it is none, or more than one.
 */
export async function resolveHost(door: Door, text: string): Promise<string> {
  if (isUuid(text)) return text.toLowerCase()
  const { hosts } = await door.ask({ command: 'find', text })
  const [host] = hosts
  if (host === undefined) throw noSuchHost(text)
  if (hosts.length === 1) return host.id
  const candidates = hosts.map(({ id, name, address, port }) => `${id} (${name}, ${endpoint(address, port)})`)
  throw new NotOneHost(
    `${JSON.stringify(text)} is more than one host: give the id, ${candidates.join(' or ')}`,
    EXIT.badInput,
  )
}
