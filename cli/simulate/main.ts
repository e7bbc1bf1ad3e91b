import { terminalOutput } from '../terminal/output.ts'
import { reportError } from '../terminal/report-error.ts'
import { BILLED_DOWN_SHARE, type Billed, shownBills, terminalBills } from './bill-table.ts'
import { HELP, parseSimulateCommand } from './command-line.ts'
import { DETECTION_HOSTS, describeDetection, simulateDetection } from './detection.ts'
import { simulatedFleet } from './fleet.ts'
import { type Scenario, simulate } from './scenario.ts'
import { describeWalk, terminalTable } from './table.ts'
import { writeBills, writePage } from './write-page.ts'

const output = terminalOutput(process)

/** Runs `npm run simulate`. Its caller reports errors. */
async function run(args: readonly string[]): Promise<void> {
  const command = parseSimulateCommand(args)
  if (command.kind === 'help') {
    return output.out(HELP.trimEnd())
  }
  if (command.kind === 'bills') {
    const bills = shownBills()
    terminalBills(bills, output.colours).forEach(output.out)
    if (command.write) writeBills(bills)
    return
  }
  const scenarios: Scenario[] = []
  for await (const scenario of simulate(command.hosts, command.hostsPerSchedule, command.stage)) {
    scenarios.push(scenario)
    if (command.json) output.out(JSON.stringify(scenario))
    else if (process.stderr.isTTY) process.stderr.write(`\r${scenarios.length} scenarios …\x1b[K`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (!command.json) {
    const title = `${command.hosts.toLocaleString('en-US')} hosts, a day; ! is beyond a default quota`
    const lines = [title, '', ...terminalTable(scenarios, output.colours), '', describeWalk(scenarios)]
    lines.forEach(output.out)
    const billTitle = `the bill of the stage ${command.stage}, ${BILLED_DOWN_SHARE * 100} % down`
    const detections = await simulateDetection(simulatedFleet(DETECTION_HOSTS))
    ;['', describeDetection(detections)].forEach(output.out)
    ;['', billTitle, '', ...terminalBills(listBills(scenarios), output.colours)].forEach(output.out)
  }
  if (command.write) writePage(scenarios)
}

const listBills = (scenarios: readonly Scenario[]): Billed[] =>
  scenarios
    .filter(({ downShare }) => downShare === BILLED_DOWN_SHARE)
    .map(({ hostsPerSchedule, bill }) => ({ title: `${hostsPerSchedule} per schedule`, bill }))

try {
  await run(process.argv.slice(2))
} catch (error) {
  process.exitCode = reportError(error, output)
}
