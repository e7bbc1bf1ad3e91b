import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { accountForServer } from '../../infra/local/postgres/account.ts'
import { freePort } from '../../infra/local/postgres/server.ts'

/** Where sshd and ssh-keygen may be: an ordinary account's PATH often lacks sbin. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
const find = (program: string) =>
  FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path))

/** The machine's own sshd, and what makes its host key; undefined where one is not installed. */
export const SSHD = find('sshd')
export const SSH_KEYGEN = find('ssh-keygen')

/** Runs the machine's sshd on a free loopback port, with a host key of its own, as nobody in particular. */
export async function startSshd(
  settings: readonly string[],
): Promise<AsyncDisposable & { readonly port: number }> {
  if (SSHD === undefined || SSH_KEYGEN === undefined) throw new Error('sshd is not installed')
  // Not as root: it would want a folder outside its own for privilege separation.
  const account = accountForServer()
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-sshd-'))
  const key = join(folder, 'host_key')
  const config = join(folder, 'sshd_config')
  const port = await freePort()
  const lines = [`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${key}`, 'PidFile none', ...settings]
  execFileSync(SSH_KEYGEN, ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  writeFileSync(config, `${lines.join('\n')}\n`)
  if (account !== null) for (const path of [folder, key, config]) chownSync(path, account.uid, account.gid)

  const child = spawn(SSHD, ['-D', '-e', '-f', config], {
    ...account,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  let log = ''
  const listening = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('Server listening on')) resolve()
    })
  })
  const failed = exited.then(() => {
    throw new Error(`sshd did not start:\n${log}`)
  })
  await Promise.race([listening, failed])
  failed.catch(() => {})
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await exited
      rmSync(folder, { recursive: true })
    },
  }
}
