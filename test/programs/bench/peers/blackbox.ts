import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../../infra/local/postgres/server.ts'

/** The module as the package ships it, on IPv4 and with the time that the others have. */
const CONFIGURATION = `modules:
  ssh_banner:
    prober: tcp
    timeout: 5s
    tcp:
      preferred_ip_protocol: ip4
      query_response:
        - expect: "^SSH-2.0-"
        - send: "SSH-2.0-blackbox-ssh-check"
`
const START_TIMEOUT_MS = 10_000

export type Blackbox = AsyncDisposable & {
  readonly pid: number
  /** Whether it finds the host up. */
  readonly probe: (port: number) => Promise<boolean>
}

/** Runs the exporter on a free port of loopback, with a configuration of its own. */
export async function startBlackbox(program: string, inFlight: number): Promise<Blackbox> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-blackbox-'))
  const file = join(folder, 'blackbox.yml')
  writeFileSync(file, CONFIGURATION)
  const listenPort = await freePort()
  const child = spawn(
    program,
    [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${listenPort}`, '--log.level=error'],
    { stdio: 'ignore' },
  )
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const ask = (path: string) => text(`http://127.0.0.1:${listenPort}${path}`, agent)
  const stop = async () => {
    agent.destroy()
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await once(child, 'spawn')
    await ready(child, () => ask('/-/healthy'))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    pid: child.pid ?? 0,
    probe: async (port) =>
      /^probe_success 1$/m.test(await ask(`/probe?module=ssh_banner&target=127.0.0.1:${port}`)),
    [Symbol.asyncDispose]: stop,
  }
}

function text(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.once('end', () => resolve(body))
      response.once('error', reject)
    }).once('error', reject)
  })
}

async function ready(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the exporter ended with ${child.exitCode}`)
    try {
      await ask()
      return
    } catch (cause) {
      if (performance.now() > until) throw new Error('the exporter does not answer', { cause })
    }
    await pause(20)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}
