import { createResources } from '../../infra/local/resources.ts'
import { ALLOWED_ADDRESSES_WITH_LOOPBACK } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost } from '../../shared/domain/fleet-host.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { type Output, terminalOutput } from '../terminal/output.ts'
import { readFleetFile } from '../terminal/read-fleet-file.ts'
import { reportError } from '../terminal/report-error.ts'
import { createNameResolver } from '../terminal/resolve-names.ts'
import { type Command, type CommandLine, parseCommandLine } from './command-line.ts'
import { HELP } from './help.ts'
import { runLive } from './run-live.ts'
import { runOnce } from './run-once.ts'
import { openSession } from './session.ts'
import { isInterrupted } from './stop-signal.ts'
import { chooseView } from './view/choose-view.ts'
import type { View } from './view/view.ts'

/**
 * Runs all of `npm start`, from its arguments to its exit code.
 *
 * @param stop aborts on Ctrl-C
 * @param onScreen is called when a live screen begins to be drawn
 */
export async function runProgram(
  args: readonly string[],
  stop: AbortSignal,
  onScreen: () => void,
): Promise<ExitCode> {
  const commandLine = parseCommandLine(args)
  const output = terminalOutput(process)
  if (commandLine.kind === 'help') {
    output.out(HELP.trimEnd())
    return EXIT.done
  }
  try {
    if (commandLine.kind === 'fault') throw new UserError([commandLine.message])
    const { command } = commandLine
    const view = chooseView(command, process.stdout, onScreen)
    return await run(command, await readFleet(command, output), { stop, output, view })
  } catch (error) {
    // Ctrl-C reaches the tools of a start-up too (initdb, say), and what they then report is no fault. Its
    // signal is handled only when the event loop turns.
    await new Promise((resolve) => setImmediate(resolve))
    if (stop.aborted && !(error instanceof UserError)) return endBeforeStart(commandLine, stop, output)
    const exitCode = reportError(error, output)
    if (exitCode === EXIT.failed && args.includes('--verbose')) showStack(error, output)
    return exitCode
  }
}

async function readFleet(
  { fleetFile, resolve }: Command,
  { err }: Output,
): Promise<readonly FileHost[] | null> {
  if (fleetFile === null) return null
  return readFleetFile(fleetFile, {
    allowed: ALLOWED_ADDRESSES_WITH_LOOPBACK,
    resolve: resolve === 'never' ? null : createNameResolver(),
    note: err,
  })
}

async function run(
  command: Command,
  fleet: readonly FileHost[] | null,
  { stop, output, view }: { readonly stop: AbortSignal; readonly output: Output; readonly view: View },
): Promise<ExitCode> {
  const resources = createResources()
  try {
    const session = await openSession(command, fleet, {
      databaseUrl: process.env.DATABASE_URL || undefined,
      resources,
      note: output.err,
      onLoading: view.loading,
    })
    if (stop.aborted) return endBeforeStart({ kind: 'run', command }, stop, output)
    const onProgress = process.stderr.isTTY ? output.err : null
    if (command.once) return await runOnce(session, command, stop, { ...output, onProgress })
    await runLive(session, command, stop, view, resources)
    return EXIT.done
  } finally {
    await resources.close()
  }
}

/** A live run that is stopped while it starts has done all that was asked of it; one pass has not. */
function endBeforeStart(commandLine: CommandLine, stop: AbortSignal, { err }: Output): ExitCode {
  const isPass = commandLine.kind === 'run' && commandLine.command.once
  if (!isPass || !isInterrupted(stop)) return EXIT.done
  err('interrupted: no host was probed')
  return EXIT.interrupted
}

const showStack = (error: unknown, { err }: Output): void =>
  (error instanceof Error ? (error.stack ?? '') : '').split('\n').forEach(err)
