import { buildApp } from './build-app.ts'
import { SettingsError } from './check-settings.ts'

try {
  buildApp().app.synth()
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  for (const problem of error.problems) process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
