import { SettingsError } from './check-settings.ts'
import { type ContextName, givenFrom } from './context.ts'
import type { Settings } from './settings.ts'
import { STAGES, type Stage } from './stages.ts'

/**
 * The settings of a stage, for a CDK app that has the values of `-c name=value` from somewhere else. They are plain data:
 * spread them, and replace what has to differ.
 *
 * @throws SettingsError with a sentence for each value that the stage needs and that is not given.
 */
export function stageSettings(
  stage: Stage,
  values: Readonly<Partial<Record<ContextName, string>>> = {},
): Settings {
  const given = givenFrom((name) => Reflect.get(values, name), stage)
  const settings = STAGES[stage](given)
  if (given.problems.length > 0) throw new SettingsError(given.problems)
  return settings
}
