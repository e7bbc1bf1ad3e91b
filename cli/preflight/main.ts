import { terminalOutput } from '../terminal/output.ts'
import { reportError } from '../terminal/report-error.ts'
import { runPreflight } from './run-preflight.ts'

const output = terminalOutput(process)

try {
  process.exitCode = await runPreflight(process.argv.slice(2), output)
} catch (error) {
  process.exitCode = reportError(error, output)
}
