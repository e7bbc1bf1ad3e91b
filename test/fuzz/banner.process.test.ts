import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeUnfinished, NOTHING_READ, readBanner } from '../../shared/domain/banner.ts'
import { FAILURE_KINDS, type ProbeResult } from '../../shared/domain/reachability.ts'
import { probeSsh } from '../../shared/net/tcp-probe.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'

/** What a server does with one who connects: it sends these pieces, a turn of the event loop between, and ends. */
type Script = { readonly pieces: readonly Uint8Array[]; readonly end: 'closed' | 'reset' | 'held' }

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const piece = fc.oneof(
  fc
    .constantFrom(
      ...[
        'SSH-',
        'SSH-2.0-',
        'SSH-1.99-',
        'SSH-1.5-',
        'SSH',
        'S',
        '2.0-',
        'OpenSSH_9.9',
        '\n',
        '\r\n',
        '\r',
        ' ',
        '\0',
      ],
      ...[
        'Exceeded MaxStartups',
        'Not allowed at this time',
        'HTTP/1.1 400 Bad Request',
        '\x1b[31m',
        '\xff\xc3',
      ],
      ...[
        'x'.repeat(255),
        'x'.repeat(256),
        'y'.repeat(9000),
        'line\n'.repeat(3000),
        '\xe2\x80\xae',
        'z'.repeat(300_000),
      ],
    )
    .map(latin1),
  fc.uint8Array({ maxLength: 40 }),
)
const script: fc.Arbitrary<Script> = fc.record({
  pieces: fc.array(piece, { maxLength: 8 }),
  end: fc.constantFrom('closed', 'closed', 'closed', 'reset', 'held'),
})

const SERVERS = 20
/** Those that hold the line open are not waited for as long as in earnest; the others end by themselves. */
const budgetMs = { closed: 25_000, reset: 25_000, held: 100 }

const scripts: Script[] = []
let servers: Server[] = []
let heard = 0

async function play({ pieces, end }: Script, socket: Socket): Promise<void> {
  for (const bytes of pieces) {
    if (socket.destroyed) return
    socket.write(bytes)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (end === 'closed') socket.end()
  if (end === 'reset') socket.resetAndDestroy()
}

beforeAll(async () => {
  servers = await Promise.all(
    Array.from({ length: SERVERS }, async (_, i) => {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => {})
        socket.on('data', (bytes) => {
          heard += bytes.length
        })
        void play(scripts[i] ?? { pieces: [], end: 'closed' }, socket)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
})
afterAll(() => servers.map((server) => server.close()))

async function probe(script: Script, i: number): Promise<ProbeResult> {
  scripts[i] = script
  const address = servers[i]?.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return probeSsh({ address: '127.0.0.1', port }, { budgetMs: budgetMs[script.end] })
}

/** What a server that sends all of it and closes comes to, by the pure reader alone and in one piece. */
function expected({ pieces }: Script): object {
  const banner = readBanner(NOTHING_READ, Buffer.concat(pieces))
  const verdict = banner.kind === 'unfinished' ? judgeUnfinished(banner, 'closed') : banner
  return verdict.kind === 'failed'
    ? { kind: 'unreachable', errorType: verdict.errorType }
    : { kind: 'reachable', identification: verdict.identification }
}

describe('a probe of a server that does anything', () => {
  it('a probe of a server that does anything ends with what the bytes say, says nothing itself and leaves no connection', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await fuzz(fc.array(script, { minLength: 1, maxLength: SERVERS }), 40, async (round) => {
      const results = await Promise.all(round.map(probe))
      for (const [i, result] of results.entries()) {
        const played = round[i]
        if (played?.end === 'closed') expect(result).toMatchObject(expected(played))
        if (result.kind === 'reachable') {
          expect(result.identification).toMatch(/^SSH-(2\.0|1\.99)-/)
          expect(result.identification).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
          expect(Buffer.byteLength(result.identification)).toBeLessThanOrEqual(256)
          expect(result.responseMs).toBeGreaterThanOrEqual(0)
        } else {
          expect(result).toMatchObject({ kind: 'unreachable' })
          if (result.kind === 'unreachable') expect(FAILURE_KINDS).toContain(result.errorType)
        }
      }
    })
    expect(heard).toBe(0)
    const open = () =>
      Promise.all(
        servers.map(
          (server) => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n))),
        ),
      )
    await expect.poll(open, { timeout: 10_000 }).toEqual(servers.map(() => 0))
  })
})
