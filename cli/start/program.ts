import { createResources } from '../../infra/local/resources.ts'
import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import { ALLOWED_ADDRESSES_WITH_LOOPBACK } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { readFleetFile } from '../terminal/read-fleet-file.ts'
import { type Command, HELP, parseCommandLine } from './command-line.ts'
import { runLive } from './run-live.ts'
import { runOnce } from './run-once.ts'
import { openSession } from './session.ts'
import { createOutput, type Output } from './view/output.ts'

const DONE = 0
const FAILED = 1
const BAD_INPUT = 2

/** All of `npm start`, from its arguments to its exit code; `stop` aborts on Ctrl-C. */
export async function runProgram(args: readonly string[], stop: AbortSignal): Promise<number> {
  const commandLine = parseCommandLine(args)
  const output = createOutput(process)
  if (commandLine.kind === 'help') {
    output.write(HELP)
    return DONE
  }
  try {
    if (commandLine.kind === 'fault') throw new UserError([commandLine.message])
    const { command } = commandLine
    await run(command, readFleet(command), stop, output)
    return DONE
  } catch (error) {
    // Ctrl-C reaches the tools of a start-up too (initdb, say), and what they then report is no fault. Its
    // signal is handled only when the event loop turns.
    await new Promise((resolve) => setImmediate(resolve))
    if (stop.aborted && !(error instanceof UserError)) return DONE
    return explain(error, output)
  }
}

/** @throws UserError with a line for each fault of the file. */
function readFleet({ fleetFile }: Command): readonly FleetHost[] | null {
  if (fleetFile === null) return null
  const parsed = readFleetFile(fleetFile, ALLOWED_ADDRESSES_WITH_LOOPBACK)
  if ('hosts' in parsed) return parsed.hosts
  throw new UserError(parsed.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`))
}

async function run(
  command: Command,
  fleet: readonly FleetHost[] | null,
  stop: AbortSignal,
  output: Output,
): Promise<void> {
  const resources = createResources()
  try {
    const view = output.view(command)
    const session = await openSession(command, fleet, {
      databaseUrl: process.env.DATABASE_URL || undefined,
      resources,
      note: output.note,
      onLoading: view.loading,
    })
    if (stop.aborted) return
    if (command.once) await runOnce(session, command, stop, output)
    else await runLive(session, command, stop, view, resources)
  } finally {
    await resources.close()
  }
}

function explain(error: unknown, output: Output): number {
  if (error instanceof UserError) {
    error.lines.forEach(output.fault)
    return BAD_INPUT
  }
  output.fault(`something went wrong: ${error instanceof Error ? error.message : String(error)}`)
  if (error instanceof Error && process.argv.includes('--verbose')) output.fault(error.stack ?? '')
  return FAILED
}
