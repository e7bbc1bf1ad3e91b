import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { ROOT } from '../../support/repository.ts'

const TIMEOUT_MS = 240_000

export type Finished = {
  readonly exitCode: number | null
  readonly out: string
  /** Both streams, in the order in which they came. */
  readonly said: string
}

/**
 * Runs a program in the repository's folder, with no other environment than the one given.
 * @throws with all that it said, if it does not end in four minutes.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Finished> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const heard = { out: '', said: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard.out += text
    heard.said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard.said += text
  })
  try {
    await once(child, 'close')
  } catch (cause) {
    throw new Error(`${[program, ...args].join(' ')} did not end:\n${heard.said}`, { cause })
  }
  return { exitCode: child.exitCode, out: heard.out, said: stripVTControlCharacters(heard.said) }
}
