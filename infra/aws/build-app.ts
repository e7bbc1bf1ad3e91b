import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { namesOf } from '../../shared/domain/names.ts'
import { AwarenessStack } from './awareness-stack.ts'
import { installationFrom } from './installation.ts'

/**
 * The app of the stage that the context names (`-c stage=…`).
 *
 * @throws SettingsError with a sentence for each thing that is missing or wrong.
 */
export function buildApp(props: AppProps = {}): { readonly app: App; readonly stack: AwarenessStack } {
  const app = new App(props)
  const { name, settings } = installationFrom((key) => app.node.tryGetContext(key))
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { app, stack: new AwarenessStack(app, namesOf(name).stack, { name, settings }) }
}
