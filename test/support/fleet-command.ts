import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from './postgres/database.ts'
import { ROOT } from './repository.ts'

const MAIN = join(ROOT, 'cli/fleet/main.ts')

export type Ended = {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Standard output as a program reads it. */
  readonly json: () => Record<string, unknown>[]
}

/** Nothing of the machine's own settings for AWS, PostgreSQL or colours. */
const BARE: Record<string, string> = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' }

/** `npm run fleet -- …` as a process of its own, without npm. */
export function fleet(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...BARE, ...env }, maxBuffer: 64 * 1024 * 1024, cwd: ROOT }
    const child = execFile(process.execPath, [MAIN, ...args], options, (_, out, err) => {
      const json = () =>
        out
          .split('\n')
          .filter((line) => line !== '')
          .map((line): Record<string, unknown> => JSON.parse(line))
      resolve({ code: child.exitCode ?? -1, out, err, json })
    })
    child.stdin?.end()
  })
}

/** What `--local` needs to reach a test's database. */
export function databaseUrl({ owner }: TestDatabase): Record<string, string> {
  const password = typeof owner.password === 'string' ? owner.password : ''
  const user = `${encodeURIComponent(owner.username)}:${encodeURIComponent(password)}`
  return { DATABASE_URL: `postgres://${user}@${owner.host}:${owner.port}/${owner.database}` }
}

/** A fleet file that is gone at the end of its scope. */
export function fleetFile(text: string, name = 'fleet.csv'): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-file-'))
  const path = join(folder, name)
  writeFileSync(path, text)
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
