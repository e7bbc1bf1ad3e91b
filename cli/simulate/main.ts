import { terminalOutput } from '../terminal/output.ts'
import { reportError } from '../terminal/report-error.ts'
import { HELP, parseSimulateCommand } from './command-line.ts'
import { type Scenario, simulate } from './scenario.ts'
import { describeWalk, terminalTable } from './table.ts'
import { writePage } from './write-page.ts'

const output = terminalOutput(process)

/** Runs `npm run simulate`. Its caller reports errors. */
async function run(args: readonly string[]): Promise<void> {
  const command = parseSimulateCommand(args)
  if (command.kind === 'help') {
    return output.out(HELP.trimEnd())
  }
  const scenarios: Scenario[] = []
  for await (const scenario of simulate(command.hosts, command.hostsPerSchedule)) {
    scenarios.push(scenario)
    if (command.json) output.out(JSON.stringify(scenario))
    else if (process.stderr.isTTY) process.stderr.write(`\r${scenarios.length} scenarios …\x1b[K`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (!command.json) {
    const title = `${command.hosts.toLocaleString('en-US')} hosts, a day; ! is beyond a default quota`
    const lines = [title, '', ...terminalTable(scenarios, output.colours), '', describeWalk(scenarios)]
    lines.forEach(output.out)
  }
  if (command.write) writePage(scenarios)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  process.exitCode = reportError(error, output)
}
