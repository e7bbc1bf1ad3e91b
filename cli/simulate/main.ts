import { UserError } from '../../shared/domain/errors.ts'
import { HELP, parseSimulateCommand } from './command-line.ts'
import { type Scenario, simulate } from './scenario.ts'
import { terminalTable, walkedSentence } from './table.ts'
import { writePage } from './write-page.ts'

/** All of `npm run simulate`, from its arguments to its exit code. */
async function run(args: readonly string[]): Promise<void> {
  const command = parseSimulateCommand(args)
  if (command.kind === 'help') {
    process.stdout.write(HELP)
    return
  }
  const scenarios: Scenario[] = []
  for await (const scenario of simulate(command.hosts, command.hostsPerSchedule)) {
    scenarios.push(scenario)
    if (command.json) process.stdout.write(`${JSON.stringify(scenario)}\n`)
    else if (process.stderr.isTTY) process.stderr.write(`\r${scenarios.length} scenarios …\x1b[K`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (!command.json) {
    const title = `${command.hosts.toLocaleString('en-US')} hosts, a day; ! is beyond a default quota`
    process.stdout.write(`${title}\n\n${terminalTable(scenarios)}\n\n${walkedSentence(scenarios)}\n`)
  }
  if (command.write) writePage(scenarios)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.lines.join('\n')}\n`)
  process.exitCode = 2
}
