import { findProblems, nameProblems, SettingsError } from './check-settings.ts'
import { givenFrom } from './context.ts'
import type { Settings } from './settings.ts'
import { STAGE_NAMES, STAGES, type Stage } from './stages.ts'

/** A stage as it is to be deployed: what it is called, and its settings. */
export type Installation = { readonly stage: Stage; readonly name: string; readonly settings: Settings }

/** The reason why the stage may not be deployed into this account, which is not known without credentials. */
export const accountProblems = ({ account }: Settings, current: string | undefined): string[] =>
  account === null || current === undefined || current === account
    ? []
    : [`this stage belongs to the account ${account}, and these are credentials of ${current}`]

/**
 * Reads an installation from the CDK context; `look` gives the value of a name.
 *
 * @throws SettingsError with a sentence for each thing that is missing or wrong.
 */
export function installationFrom(look: (name: string) => unknown): Installation {
  const stage = chosenStage(look('stage'))
  const given = givenFrom(look, stage)
  const name = given.optional('name') ?? stage
  const settings = STAGES[stage](given)
  // A missing value would be reported a second time by the checks, so only the context is reported.
  const problems =
    given.problems.length > 0 ? given.problems : [...nameProblems(name), ...findProblems(settings)]
  if (problems.length > 0) throw new SettingsError(problems)
  return { stage, name, settings }
}

function chosenStage(name: unknown): Stage {
  const known = `the stages are ${STAGE_NAMES.join(', ')} (infra/aws/stages.ts)`
  if (name === undefined) throw new SettingsError([`which stage? Add -c stage=…: ${known}`])
  const stage = STAGE_NAMES.find((candidate) => candidate === name)
  if (stage === undefined) throw new SettingsError([`there is no stage ${String(name)}: ${known}`])
  return stage
}
