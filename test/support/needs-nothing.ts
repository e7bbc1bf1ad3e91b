/**
 * Set up before each `.test.ts` file: such a test needs nothing, so it may start no program and no server. What does
 * is a `.process.test.ts`, and what needs PostgreSQL a `.pg.test.ts`.
 */
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { Server } from 'node:net'

const refuse = (what: string) => (): never => {
  throw new Error(`a .test.ts file ${what}: name it .process.test.ts`)
}

const startsProgram = refuse('starts a program')
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  Object.assign(childProcess, { [name]: startsProgram })
}
syncBuiltinESMExports()
Server.prototype.listen = refuse('starts a server')
