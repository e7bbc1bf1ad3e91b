import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT } from '../../support/repository.ts'

type Options = {
  readonly env?: NodeJS.ProcessEnv
  readonly atMostMs?: number | undefined
  /** What it prints is shown on standard error, or nowhere. */
  readonly isShown?: boolean
}

/** Runs a program to its end and returns its exit code; null where it had to be ended because it took too long. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, atMostMs, isShown = false }: Options = {},
): Promise<number | null> {
  const out = isShown ? 2 : 'ignore'
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, out],
  })
  const timer = atMostMs === undefined ? undefined : setTimeout(() => child.kill(), atMostMs)
  const [exitCode, signal] = await once(child, 'exit')
  clearTimeout(timer)
  return signal === null ? exitCode : null
}
