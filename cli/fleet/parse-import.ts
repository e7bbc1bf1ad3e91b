import type { FleetFormat } from '../../shared/contracts/fleet-file.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { INVENTORY_KINDS, type InventoryKind } from '../../shared/domain/inventory-source.ts'
import { parseFleetFormat } from '../terminal/read-fleet-file.ts'
import { parseResolveChoice, type ResolveChoice } from '../terminal/resolve-names.ts'

type ImportChoices = {
  readonly name: 'import'
  readonly prune: boolean
  readonly yes: boolean
  readonly dryRun: boolean
}

/** Hosts come from a file. */
export type ImportFile = ImportChoices & {
  readonly file: string
  readonly resolve: ResolveChoice
  /** Undefined where the name of the file shows it. */
  readonly from: FleetFormat | undefined
}

/** Hosts come from the caller's own account and region in AWS. */
export type ImportMachines = ImportChoices & {
  readonly machines: InventoryKind
  /** The value of the tag that they have; undefined for the name of the stage. */
  readonly tagValue: string | undefined
}

/** How the command is typed. */
export const IMPORT_USAGE =
  'import (FILE [--from FORMAT] [--resolve never] | --from (ec2 | ssm) [--tag VALUE]) [--dry-run] [--prune [--yes]]'

/** The flags of the command. */
type ImportFlags = {
  readonly prune?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly 'dry-run'?: boolean | undefined
  readonly from?: string | undefined
  readonly tag?: string | undefined
  readonly resolve?: string | undefined
}

/** Builds the command `import` from what was typed: hosts come from a file, or from AWS. */
export function parseImport([file]: readonly string[], values: ImportFlags): ImportFile | ImportMachines {
  const { prune = false, yes = false, 'dry-run': dryRun = false, from, tag, resolve } = values
  const choices = { name: 'import', prune, yes, dryRun } as const
  const machines = INVENTORY_KINDS.find((kind) => kind === from)
  if (machines !== undefined) {
    if (file !== undefined) throw new UserError([`import --from ${machines} reads no file`])
    if (resolve !== undefined) throw new UserError([`--resolve does not go with import --from ${machines}`])
    return { ...choices, machines, tagValue: tag }
  }
  if (tag !== undefined)
    throw new UserError([`--tag goes with import --from ${INVENTORY_KINDS.join(' or ')}`])
  if (file === undefined)
    throw new UserError([`usage: npm run fleet -- (--stage STAGE | --local) ${IMPORT_USAGE}`])
  return {
    ...choices,
    file,
    resolve: parseResolveChoice(resolve ?? 'always'),
    from: from === undefined ? undefined : parseFleetFormat(from),
  }
}
