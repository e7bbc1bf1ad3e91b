import { ADDRESS_CLASSES, type AddressClass } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost } from '../../shared/domain/fleet-host.ts'
import { FLEET_TAG } from '../../shared/domain/inventory-source.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { readFleetFile } from '../terminal/read-fleet-file.ts'
import { reportError } from '../terminal/report-error.ts'
import { createNameResolver, type NameResolver } from '../terminal/resolve-names.ts'
import { parseFleetCommandLine, type Target } from './command-line.ts'
import { forgetScan } from './forget-scan.ts'
import type { FleetCommand } from './grammar.ts'
import { HELP } from './help.ts'
import { type ImportOrder, importFleet } from './import-fleet.ts'
import { endMaintenance, listMaintenances, startMaintenance } from './maintenance.ts'
import { createOperatorClient, type OperatorClient, type OperatorTransport } from './operator-client.ts'
import type { ImportFile, ImportMachines } from './parse-import.ts'
import { probeHost } from './probe-host.ts'
import { showEvents } from './show-events.ts'
import { showHost } from './show-host.ts'
import { showHosts } from './show-hosts.ts'
import { setPolicy, showPolicy } from './show-policy.ts'
import { showScans } from './show-scans.ts'
import { showStatus } from './show-status.ts'

export type FleetDeps = {
  readonly output: Output
  readonly env: NodeJS.ProcessEnv
}

/** Runs all of `npm run fleet`, from its arguments to its exit code. */
export async function runFleet(args: readonly string[], deps: FleetDeps): Promise<ExitCode> {
  const { output } = deps
  const commandLine = parseFleetCommandLine(args)
  if (commandLine.kind === 'help') {
    output.out(HELP.trimEnd())
    return EXIT.done
  }
  try {
    if (commandLine.kind === 'fault') throw new UserError(commandLine.messages)
    const { command, json, target } = commandLine
    const resolve = createNameResolver()
    // The file's own faults are reported before anything is opened.
    if (command.name === 'import' && 'file' in command)
      await readFile(command, { resolve, output: null }, new Set(ADDRESS_CLASSES))
    const { invoke, now, close } = await openTransport(target, deps.env)
    try {
      return await runCommand(createOperatorClient(invoke), { target, output, json, now, resolve }, command)
    } finally {
      await close()
    }
  } catch (error) {
    return reportError(error, output)
  }
}

/** Loads only the transport that is needed: the SDK alone would take half of the time that a command takes. */
async function openTransport(target: Target, env: NodeJS.ProcessEnv): Promise<OperatorTransport> {
  if (target.kind === 'stage') {
    const { openLambdaTransport } = await import('./lambda-transport.ts')
    return openLambdaTransport(target.stage)
  }
  const { openLocalTransport } = await import('./local-transport.ts')
  return openLocalTransport(env)
}

/** Without an output nothing is noted: the same file is read again. */
const readFile = (
  { file, from, resolve: choice }: ImportFile,
  { resolve, output }: { readonly resolve: NameResolver; readonly output: Output | null },
  allowed: ReadonlySet<AddressClass>,
): Promise<readonly FileHost[]> =>
  readFleetFile(file, {
    format: from,
    allowed,
    resolve: choice === 'never' ? null : resolve,
    note: output?.err ?? (() => {}),
  })

/** Loads the clients of AWS only where they are needed. */
function chooseMachines(
  { machines, tagValue }: ImportMachines,
  target: Target,
  output: Output,
): Pick<ImportOrder, 'from' | 'read'> {
  const value = tagValue ?? (target.kind === 'stage' ? target.stage : undefined)
  if (value === undefined) throw new UserError([`--local import --from ${machines} needs --tag VALUE`])
  return {
    from: `the list of machines with the tag ${FLEET_TAG}=${value}`,
    read: async (allowed) => {
      const { readMachines } = await import('./read-machines.ts')
      return readMachines(machines, value, allowed, output.err)
    },
  }
}

type Surroundings = {
  readonly target: Target
  readonly output: Output
  readonly json: boolean
  readonly now: () => Date
  readonly resolve: NameResolver
}

function runCommand(
  client: OperatorClient,
  { target, output, json, now, resolve }: Surroundings,
  command: FleetCommand,
): Promise<ExitCode> {
  switch (command.name) {
    case 'import':
      return importFleet(client, output, {
        ...command,
        json,
        ...('file' in command
          ? {
              from: command.file,
              read: (allowed) => readFile(command, { resolve, output }, allowed),
            }
          : chooseMachines(command, target, output)),
      })
    case 'hosts':
      return showHosts(client, output, { ...command, json })
    case 'host':
      return showHost(client, output, { ...command, json })
    case 'probe':
      return probeHost(client, output, { ...command, json })
    case 'policy':
      return showPolicy(client, output, json)
    case 'status':
      return showStatus(client, output, json)
    case 'policy set':
      return setPolicy(client, output, { ...command, json })
    case 'events':
      return showEvents(client, output, { ...command, json }, now())
    case 'scans':
      return showScans(client, output, { ...command, json })
    case 'maintenance start':
      return startMaintenance(client, output, { ...command, json })
    case 'maintenance list':
      return listMaintenances(client, output, { json })
    case 'maintenance end':
      return endMaintenance(client, output, { ...command, json })
    case 'scans forget':
      return forgetScan(client, output, { ...command, json })
  }
}
