import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Connection } from '../../../shared/db/client.ts'
import { type Account, accountForServer } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { initialiseData, preparePassword, removePartialData, SUPERUSER } from './data-folder.ts'

export type PostgresServer = {
  /** How its superuser signs in, to the database `postgres`. */
  readonly admin: Connection
  /** Ends the server in an orderly way; a temporary one leaves no file. */
  readonly stop: () => Promise<void>
}

export type PostgresOptions = {
  /** Created if absent, and then kept: unless `temporary`, a later server may be started on it. */
  readonly folder: string
  /** Faster, and gone when it stops: the folder is removed, and nothing is forced to disk. */
  readonly temporary: boolean
  /** By default one that is free. */
  readonly port?: number
  /** The programs of another server than the one that npm installed. */
  readonly binaries?: Binaries
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[]
  /** Files that settings name, such as pg_hba.conf or a certificate, by setting: written where the server reads them. */
  readonly files?: Readonly<Record<string, string>>
}

const IN_MEMORY_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/**
 * Runs the server, and ends it when standard input closes: that happens on stop, and also when this program
 * dies in whatever way, so no server is ever left behind. A session of its own keeps Ctrl-C from it.
 */
const SUPERVISOR = `
  remove=$1; shift
  exec 3<&0
  "$@" </dev/null & server=$!
  ( cat <&3 >/dev/null 2>&1; kill -INT $server 2>/dev/null ) 2>/dev/null & watcher=$!
  wait $server; status=$?
  kill $watcher 2>/dev/null
  [ -z "$remove" ] || rm -rf "$remove"
  exit $status`

/** Starts the PostgreSQL that npm installed, on loopback only. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = accountForServer(options.folder)
  const binaries = options.binaries ?? (await findBinaries(account !== null))
  const password = preparePassword(options.folder, account)
  const data = initialiseData(binaries.initdb, options.folder, account)
  const port = options.port ?? (await freePort())
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`]
  if (options.temporary) settings.push(...IN_MEMORY_SETTINGS)
  settings.push(...(options.settings ?? []), ...writeFiles(options.folder, options.files ?? {}, account))
  const server = [binaries.postgres, '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const child = spawn(
    '/bin/sh',
    ['-c', SUPERVISOR, 'sh', options.temporary ? options.folder : '', ...server],
    {
      ...account,
      cwd: options.folder,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    },
  )
  await ready(child)
  removePartialData(options.folder)
  return {
    admin: { host: '127.0.0.1', port, database: 'postgres', username: SUPERUSER, password },
    stop: () => stop(child),
  }
}

/** Writes each file for the server's account alone, as it wants its keys, and gives the settings that name them. */
function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  account: Account | null,
): string[] {
  return Object.entries(files).map(([setting, text]) => {
    const path = join(folder, setting)
    writeFileSync(path, text, { mode: 0o600 })
    if (account !== null) chownSync(path, account.uid, account.gid)
    return `${setting}=${path}`
  })
}

async function ready(child: ChildProcess): Promise<void> {
  let log = ''
  const started = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4096)
      if (log.includes('ready to accept connections')) resolve()
    })
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`PostgreSQL did not start (exit ${code}):\n${log.trim()}`)
  })
  await Promise.race([started, ended])
  ended.catch(() => {})
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.end()
  await exited
}

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
