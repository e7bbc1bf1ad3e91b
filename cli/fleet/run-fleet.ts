import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import { ADDRESS_CLASSES, type AddressClass } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { readFleetFile } from '../terminal/read-fleet-file.ts'
import { type FleetCommand, parseFleetCommandLine, type Target } from './command-line.ts'
import { HELP } from './help.ts'
import { importFleet } from './import-fleet.ts'
import {
  createOperatorClient,
  type OperatorClient,
  OperatorClientError,
  type OperatorTransport,
} from './operator-client.ts'
import { probeHost } from './probe-host.ts'
import { HostNotResolvedError } from './resolve-host.ts'
import { showEvents } from './show-events.ts'
import { showHost } from './show-host.ts'
import { showHosts } from './show-hosts.ts'
import { setPolicy, showPolicy } from './show-policy.ts'

export type Surroundings = {
  readonly output: Output
  readonly env: NodeJS.ProcessEnv
}

/** All of `npm run fleet`, from its arguments to its exit code. */
export async function runFleet(args: readonly string[], deps: Surroundings): Promise<ExitCode> {
  const { output } = deps
  const commandLine = parseFleetCommandLine(args)
  if (commandLine.kind === 'help') {
    output.out(HELP.trimEnd())
    return EXIT.done
  }
  try {
    if (commandLine.kind === 'fault') throw new UserError(commandLine.messages)
    const { command, json, target } = commandLine
    // What is wrong with the file itself is said before anybody is asked for anything.
    if (command.name === 'import') readFleet(command.file, new Set(ADDRESS_CLASSES))
    const { invoke, now, close } = await open(target, deps.env)
    try {
      return await perform(createOperatorClient(invoke), { output, json, now }, command)
    } finally {
      await close()
    }
  } catch (error) {
    return explain(error, output)
  }
}

/** Only what is needed is loaded: the SDK alone would take half of the time that a command takes. */
async function open(target: Target, env: NodeJS.ProcessEnv): Promise<OperatorTransport> {
  if (target.kind === 'stage') {
    const { openLambdaTransport } = await import('./lambda-transport.ts')
    return openLambdaTransport(target.stage)
  }
  const { openLocalTransport } = await import('./local-transport.ts')
  return openLocalTransport(env)
}

/** @throws UserError with a line for each fault of the file. */
function readFleet(path: string, allowed: ReadonlySet<AddressClass>): readonly FleetHost[] {
  const parsed = readFleetFile(path, allowed)
  if ('hosts' in parsed) return parsed.hosts
  throw new UserError(parsed.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`))
}

type Given = { readonly output: Output; readonly json: boolean; readonly now: () => Date }

function perform(
  client: OperatorClient,
  { output, json, now }: Given,
  command: FleetCommand,
): Promise<ExitCode> {
  switch (command.name) {
    case 'import':
      return importFleet(client, output, {
        ...command,
        json,
        read: (allowed) => readFleet(command.file, allowed),
      })
    case 'hosts':
      return showHosts(client, output, { ...command, json })
    case 'host':
      return showHost(client, output, { ...command, json })
    case 'probe':
      return probeHost(client, output, { ...command, json })
    case 'policy':
      return showPolicy(client, output, json)
    case 'policy set':
      return setPolicy(client, output, { ...command, json })
    case 'events':
      return showEvents(client, output, { ...command, json }, now())
  }
}

function explain(error: unknown, output: Output): ExitCode {
  if (error instanceof UserError) {
    error.lines.forEach(output.err)
    return EXIT.badInput
  }
  if (error instanceof HostNotResolvedError) {
    output.err(error.message)
    return error.exitCode
  }
  if (error instanceof OperatorClientError) {
    output.err(error.message)
    return EXIT.failed
  }
  output.err(`something went wrong: ${error instanceof Error ? error.message : String(error)}`)
  return EXIT.failed
}
