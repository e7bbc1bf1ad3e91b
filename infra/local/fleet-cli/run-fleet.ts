import type { FleetHost } from '../../../shared/contracts/fleet-row.ts'
import { ADDRESS_CLASSES, type AddressClass } from '../../../shared/domain/addresses.ts'
import { UserFault } from '../fault.ts'
import { readFleetFile } from '../fleet/read-fleet-file.ts'
import { type FleetCommand, parseFleetCommandLine, type Target } from './command-line.ts'
import { type Door, DoorFault, doorOf, type OpenDoor } from './door.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { HELP } from './help.ts'
import { importFleet } from './import-fleet.ts'
import type { Output } from './output.ts'
import { probeHost } from './probe-host.ts'
import { NotOneHost } from './resolve-host.ts'
import { showEvents } from './show-events.ts'
import { showHost } from './show-host.ts'
import { showHosts } from './show-hosts.ts'
import { setPolicy, showPolicy } from './show-policy.ts'

export type Surroundings = {
  readonly output: Output
  readonly env: NodeJS.ProcessEnv
}

/** All of `npm run fleet`, from its arguments to its exit code. */
export async function runFleet(args: readonly string[], world: Surroundings): Promise<ExitCode> {
  const { output } = world
  const commandLine = parseFleetCommandLine(args)
  if (commandLine.kind === 'help') {
    output.out(HELP.trimEnd())
    return EXIT.done
  }
  try {
    if (commandLine.kind === 'fault') throw new UserFault(commandLine.messages)
    const { command, json, target } = commandLine
    // What is wrong with the file itself is said before anybody is asked for anything.
    if (command.name === 'import') readFleet(command.file, new Set(ADDRESS_CLASSES))
    const { invoke, now, close } = await open(target, world.env)
    try {
      return await perform(doorOf(invoke), { output, json, now }, command)
    } finally {
      await close()
    }
  } catch (error) {
    return explain(error, output)
  }
}

/** Only what is needed is loaded: the SDK alone would take half of the time that a command takes. */
async function open(target: Target, env: NodeJS.ProcessEnv): Promise<OpenDoor> {
  if (target.kind === 'stage') {
    const { openStage } = await import('./lambda-door.ts')
    return openStage(target.stage)
  }
  const { openLocal } = await import('./local-door.ts')
  return openLocal(env)
}

/** @throws UserFault with a line for each fault of the file. */
function readFleet(path: string, allowed: ReadonlySet<AddressClass>): readonly FleetHost[] {
  const parsed = readFleetFile(path, allowed)
  if ('hosts' in parsed) return parsed.hosts
  throw new UserFault(parsed.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`))
}

type Given = { readonly output: Output; readonly json: boolean; readonly now: () => Date }

function perform(door: Door, { output, json, now }: Given, command: FleetCommand): Promise<ExitCode> {
  switch (command.name) {
    case 'import':
      return importFleet(door, output, {
        ...command,
        json,
        read: (allowed) => readFleet(command.file, allowed),
      })
    case 'hosts':
      return showHosts(door, output, { ...command, json })
    case 'host':
      return showHost(door, output, { ...command, json })
    case 'probe':
      return probeHost(door, output, { ...command, json })
    case 'policy':
      return showPolicy(door, output, json)
    case 'policy set':
      return setPolicy(door, output, { ...command, json })
    case 'events':
      return showEvents(door, output, { ...command, json }, now())
  }
}

function explain(error: unknown, output: Output): ExitCode {
  if (error instanceof UserFault) {
    error.lines.forEach(output.err)
    return EXIT.badInput
  }
  if (error instanceof NotOneHost) {
    output.err(error.message)
    return error.exitCode
  }
  if (error instanceof DoorFault) {
    output.err(error.message)
    return EXIT.failed
  }
  output.err(`something went wrong: ${error instanceof Error ? error.message : String(error)}`)
  return EXIT.failed
}
