import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

const NAMES_PER_PAGE = 100

export type InstantScheduler = AsyncDisposable & {
  readonly endpoint: string
  /** Resolves when it was told to write or delete so many schedules. */
  readonly untilChanges: (count: number) => Promise<void>
}

/** Scheduler's API over HTTP that does nothing and answers at once. It lists `names`, and knows no schedule. */
export async function instantScheduler(names: readonly string[] = []): Promise<InstantScheduler> {
  let changes = 0
  const waiting = new Map<number, () => void>()
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
      const isList = request.method === 'GET' && pathname === '/schedules'
      if (!isList) waiting.get(++changes)?.()
      answer(response, isList ? pageOf(names, Number(searchParams.get('NextToken'))) : { ScheduleArn: 'arn' })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    untilChanges: (count) => new Promise((resolve) => waiting.set(count, resolve)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const answer = (response: ServerResponse, body: object): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

function pageOf(names: readonly string[], start: number): object {
  const end = start + NAMES_PER_PAGE
  const Schedules = names.slice(start, end).map((Name) => ({ Name }))
  return { Schedules, ...(end < names.length && { NextToken: String(end) }) }
}
