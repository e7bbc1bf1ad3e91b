import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { createNames } from '../../shared/domain/names.ts'
import { AwarenessStack } from './awareness-stack.ts'
import { SettingsError } from './check-settings.ts'
import { accountProblems, installationFrom } from './installation.ts'

/**
 * The app of the stage that the context names (`-c stage=…`).
 *
 * @param currentAccount the account of the credentials: the CDK CLI finds it out before it starts the app.
 *
 * @throws SettingsError with a sentence for each thing that is missing or wrong.
 */
export function buildApp(
  props: AppProps = {},
  currentAccount = process.env.CDK_DEFAULT_ACCOUNT,
): { readonly app: App; readonly stack: AwarenessStack } {
  const app = new App(props)
  const { name, settings } = installationFrom((key) => app.node.tryGetContext(key))
  const problems = accountProblems(settings, currentAccount)
  if (problems.length > 0) throw new SettingsError(problems)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { app, stack: new AwarenessStack(app, createNames(name).stack, { name, settings }) }
}
