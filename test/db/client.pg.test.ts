import { expect, it } from 'vitest'
import { freePort } from '../../infra/local/postgres/server.ts'
import { connect } from '../../shared/db/client.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { startLine } from '../support/postgres/line.ts'

/** Sooner than systems acknowledge what nobody answers (Linux: 40 ms), and far longer than a write takes. */
const ANSWER_AFTER_MS = 30
const ATTEMPTS = 20

it('long statements that travel together arrive together: none waits until the one before is acknowledged', async () => {
  await using db = await freshDatabase()
  const arrivalsMs: number[] = []
  await using line = await startLine(db.owner, (client, server) => {
    client.on('data', (bytes) => {
      arrivalsMs.push(performance.now())
      server.write(bytes)
    })
    server.on('data', (bytes) => setTimeout(() => client.write(bytes), ANSWER_AFTER_MS))
  })
  const sql = connect({ ...db.owner, port: line.port })
  const long = 'x'.repeat(10_000)
  const both = () => Promise.all([sql`select length(${long}) as a`, sql`select length(${long}) as b`])
  try {
    await both()
    const apartMs: number[] = []
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      arrivalsMs.length = 0
      await both()
      apartMs.push((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0))
    }
    // The middle one: a busy machine may hold up some of them.
    expect(apartMs.toSorted((a, b) => a - b)[ATTEMPTS / 2]).toBeLessThan(ANSWER_AFTER_MS / 2)
  } finally {
    await sql.end({ timeout: 5 })
  }
})

it('a server that is not there is a fault, at once and again', async () => {
  const sql = connect({
    host: '127.0.0.1',
    port: await freePort(),
    database: 'd',
    username: 'u',
    password: 'p',
  })
  for (const _ of [1, 2]) await expect(sql`select 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await sql.end({ timeout: 0 })
})
