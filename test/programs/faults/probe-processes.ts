import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../infra/local/emulators/lambda/environments.ts'
import type { ProbeAnswer } from '../../../shared/contracts/probe-answer.ts'
import type { Connection } from '../../../shared/db/client.ts'
import type { ProbeOrder, ProcessReply } from './probe-process.ts'

const PROGRAM = fileURLToPath(new URL('./probe-process.ts', import.meta.url))

/** A handler's error as its process told of it, or that the process ended before it told. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

export type ProbeProcesses = AsyncDisposable & {
  readonly coldStart: () => Environment<unknown, ProbeAnswer>
  /** Process ids of those that are handling an event. */
  readonly busy: () => number[]
  readonly all: () => number[]
  /** Of processes started from now on: how many files one may have open; null for as many as this one. */
  limitFiles: (files: number | null) => void
}

type Running = { readonly child: ChildProcess; handling: number | null }

/** Environments that are processes. `onDeath` is told how one ended that nobody told to, by signal or code. One that died is started anew by its next event, as Lambda does. */
export function createProbeProcesses(
  connection: Connection,
  clock: { readonly now: () => Date; readonly speed: number },
  onDeath: (how: string) => void,
): ProbeProcesses {
  const running = new Set<Running>()
  let maxFiles: number | null = null
  let nextId = 1

  const start = (): Running => {
    const node = [process.execPath, PROGRAM, JSON.stringify(connection)]
    const limit = maxFiles === null ? '' : `ulimit -n ${maxFiles} && `
    const child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...node], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.setMaxListeners(0)
    const entry: Running = { child, handling: null }
    running.add(entry)
    child.once('exit', (code, signal) => {
      if (!running.delete(entry)) return
      onDeath(signal ?? `exit ${code}`)
    })
    return entry
  }
  const end = async (entry: Running | undefined): Promise<void> => {
    if (entry === undefined || !running.delete(entry)) return
    const exited = once(entry.child, 'exit')
    entry.child.kill('SIGKILL')
    await exited
  }
  const coldStart = (): Environment<unknown, ProbeAnswer> => {
    let entry: Running | undefined
    return {
      handle: async (event) => {
        if (entry === undefined || !running.has(entry)) entry = start()
        const id = nextId++
        entry.handling = id
        try {
          return await ask(entry.child, { id, event, nowMs: clock.now().getTime(), speed: clock.speed })
        } finally {
          if (entry.handling === id) entry.handling = null
        }
      },
      dispose: () => end(entry),
    }
  }
  // A frozen one would not notice that its parent has gone.
  const killAll = (): void => {
    for (const { child } of running) child.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const pids = (entries: readonly Running[]): number[] => entries.flatMap(({ child }) => child.pid ?? [])
  return {
    coldStart,
    busy: () => pids([...running].filter(({ handling }) => handling !== null)),
    all: () => pids([...running]),
    limitFiles: (files) => {
      maxFiles = files
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running].map(end))
      process.off('exit', killAll)
    },
  }
}

function ask(child: ChildProcess, order: ProbeOrder): Promise<ProbeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeAnswer>()
  const onMessage = (answer: ProcessReply): void => {
    if (answer.id !== order.id) return
    if ('error' in answer)
      reject(new ProcessError(answer.error.message, answer.error.code || answer.error.name))
    else resolve(answer.value as ProbeAnswer)
  }
  const onExit = (code: number | null, signal: string | null): void =>
    reject(new ProcessError('the process ended', signal ?? `exit ${code}`))
  child.on('message', onMessage).once('exit', onExit)
  child.send(order, (error) => {
    if (error !== null) reject(new ProcessError(error.message, 'not sent'))
  })
  return promise.finally(() => child.off('message', onMessage).off('exit', onExit))
}
