import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../infra/local/postgres/server.ts'
import { pythonWith } from '../../support/python.ts'

export const ACCOUNT = '000000000000'
export const REGION = 'us-east-1'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const START_TIMEOUT_MS = 60_000
const POLL_MS = 200

/**
 * Runs the emulator, and ends it and the functions that it started when standard input closes: on stop, and
 * also when this program dies in whatever way. They are a process group of their own, so that the signal
 * reaches all of them and nothing else.
 */
const SUPERVISOR = `
  trap : TERM INT
  folder=$1; shift
  exec 3<&0
  "$@" </dev/null & emulator=$!
  ( cat <&3 >/dev/null 2>&1; kill -TERM $emulator 2>/dev/null ) & watcher=$!
  wait $emulator
  kill -TERM 0
  wait
  rm -rf "$folder"`

export type Emulator = {
  readonly endpoint: string
  /** What makes the AWS CLI, the CDK CLI and the SDK talk to it; and nothing of this machine's own AWS set-up. */
  readonly environment: Readonly<Record<string, string>>
  /** Its own log, and in it what the functions said. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** An AWS account on loopback. It keeps its files in `folder`, which is removed with it. */
export async function startEmulator(folder: string): Promise<Emulator> {
  const python = await pythonWith(REQUIREMENTS, 'ministack')
  const port = await freePort()
  const environment = environmentOf(folder, port)
  const logFile = join(folder, 'emulator.log')
  const log = openSync(logFile, 'a')
  const command = ['-c', SUPERVISOR, 'sh', folder, python, '-m', 'ministack']
  const child = spawn('/bin/sh', command, {
    cwd: folder,
    detached: true,
    stdio: ['pipe', log, log],
    env: { ...environment, ...emulatorSettings(folder, port) },
  })
  closeSync(log)
  const endpoint = `http://127.0.0.1:${port}`
  const emulator = {
    endpoint,
    environment,
    log: () => readFileSync(logFile, 'utf8'),
    stop: () => stop(child),
  }
  await ready(child, `${endpoint}/_ministack/health`, emulator.log)
  return emulator
}

function environmentOf(folder: string, port: number): Record<string, string> {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  return {
    // The Node that runs this is the Node that functions are for.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: home,
    TMPDIR: folder,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_UPDATE_NOTIFIER: '1',
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
  }
}

const emulatorSettings = (folder: string, port: number): Record<string, string> => ({
  GATEWAY_PORT: String(port),
  // By itself it listens on every address of the machine.
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  MINISTACK_ACCOUNT_ID: ACCOUNT,
  MINISTACK_REGION: REGION,
  // Functions as processes; no container, no SFTP or MQTT server.
  LAMBDA_EXECUTOR: 'local',
  DOCKER_HOST: `unix://${join(folder, 'no-docker')}`,
  SFTP_ENABLED: '0',
  IOT_MTLS_ENABLED: '0',
  PYTHONUNBUFFERED: '1',
})

async function ready(child: ChildProcess, healthUrl: string, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(healthUrl).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await sleep(POLL_MS)
  }
  const said = child.exitCode === null ? log() : '(it ended, and its log with it)'
  await stop(child)
  throw new Error(`MiniStack did not start:\n${said}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.end()
  await exited
}
