import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const KEPT_IN = fileURLToPath(new URL('../../../.local', import.meta.url))
const INSTALL_TIMEOUT_MS = 300_000

/**
 * The Python of a virtual environment that has exactly what requirements.txt lists. It is made once for each
 * version of that file, and from then on nothing is asked of the network.
 *
 * @throws with what to install, where there is no Python or no way to its packages.
 */
export async function pythonWithMiniStack(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)
  const environment = join(KEPT_IN, `ministack-${version}`)
  const python = join(environment, 'bin', 'python')
  const complete = join(environment, 'complete')
  if (existsSync(complete)) return python
  try {
    // Half an environment of an interrupted run is of no use.
    rmSync(environment, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', environment], { timeout: INSTALL_TIMEOUT_MS })
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '-r', REQUIREMENTS]
    await run(python, install, { timeout: INSTALL_TIMEOUT_MS })
  } catch (cause) {
    const why = 'MiniStack could not be installed: Python 3.10 or newer is needed, with its venv module'
    throw new Error(`${why}, and the first time a way to the Python package index`, { cause })
  }
  writeFileSync(complete, '')
  return python
}
