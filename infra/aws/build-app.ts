import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { namesOf } from '../../shared/domain/names.ts'
import { AwarenessStack } from './awareness-stack.ts'
import { nameProblems, problemsOf, SettingsError } from './check-settings.ts'
import { givenFrom } from './context.ts'
import { STAGE_NAMES, STAGES, type Stage } from './stages.ts'

/**
 * The app of the stage that the context names (`-c stage=…`).
 *
 * @throws SettingsError with a sentence for each thing that is missing or wrong.
 */
export function buildApp(props: AppProps = {}): { readonly app: App; readonly stack: AwarenessStack } {
  const app = new App(props)
  const stage = chosenStage(app.node.tryGetContext('stage'))
  const given = givenFrom((name) => app.node.tryGetContext(name), stage)
  const name = given.optional('name') ?? stage
  const settings = STAGES[stage](given)
  // A missing value would be reported a second time by the checks, so only the context is reported.
  const problems =
    given.problems.length > 0 ? given.problems : [...nameProblems(name), ...problemsOf(settings)]
  if (problems.length > 0) throw new SettingsError(problems)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { app, stack: new AwarenessStack(app, namesOf(name).stack, { name, settings }) }
}

function chosenStage(name: unknown): Stage {
  const known = `the stages are ${STAGE_NAMES.join(', ')} (infra/aws/stages.ts)`
  if (name === undefined) throw new SettingsError([`which stage? Add -c stage=…: ${known}`])
  const stage = STAGE_NAMES.find((candidate) => candidate === name)
  if (stage === undefined) throw new SettingsError([`there is no stage ${String(name)}: ${known}`])
  return stage
}
