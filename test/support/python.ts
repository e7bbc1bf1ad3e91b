import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const KEPT_IN = fileURLToPath(new URL('../../.local', import.meta.url))
const INSTALL_TIMEOUT_MS = 300_000

/**
 * Makes a virtual environment that has exactly what the requirements file lists, and gives its Python. It is made once
 * for each version of that file, and from then on nothing is asked of the network. Where the file has hashes, what is
 * installed is held to them.
 *
 * @throws with what to install, where there is no Python or no way to its packages.
 */
export async function pythonWith(requirements: string, name: string): Promise<string> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const environment = join(KEPT_IN, `${name}-${version}`)
  const python = join(environment, 'bin', 'python')
  const complete = join(environment, 'complete')
  if (existsSync(complete)) return python
  try {
    // Half an environment of an interrupted run is of no use.
    rmSync(environment, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', environment], { timeout: INSTALL_TIMEOUT_MS })
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements]
    await run(python, install, { timeout: INSTALL_TIMEOUT_MS })
  } catch (cause) {
    const why = `${name} could not be installed: Python 3.10 or newer is needed, with its venv module`
    throw new Error(`${why}, and the first time a way to the Python package index`, { cause })
  }
  writeFileSync(complete, '')
  return python
}
