import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { pythonWith } from '../../support/python.ts'

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/**
 * Runs a Python program of a virtual environment of its own, and returns its JSON. It ends with another code than 0 where
 * it finds something.
 *
 * @throws when it prints nothing.
 */
export async function runJudge(
  requirements: string,
  program: string,
  args: readonly string[],
): Promise<unknown> {
  const python = await pythonWith(requirements, program)
  const { stdout, stderr } = await promisify(execFile)(join(dirname(python), program), [...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
  }).catch((failed: { stdout: string; stderr: string }) => failed)
  if (stdout.trim() === '') throw new Error(`${program} did not run: ${stderr}`)
  return JSON.parse(stdout)
}
