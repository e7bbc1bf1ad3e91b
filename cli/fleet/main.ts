import { terminalOutput } from '../terminal/output.ts'
import { runFleet } from './run-fleet.ts'

// Whoever reads may have read enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.exitCode = await runFleet(process.argv.slice(2), {
  output: terminalOutput(process),
  env: process.env,
})
