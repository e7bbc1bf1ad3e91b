import { ACCOUNT, REGION } from './emulator.ts'
import { runProgram } from './run-program.ts'

export type CdkOptions = {
  readonly environment: Readonly<Record<string, string>>
  /** The values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>
  /** Where the synthesised stack goes. */
  readonly output: string
}

export type Cdk = ReturnType<typeof cdkOf>

/** The real CDK CLI, from npm, run as a user runs it. What it says has the stack's events in it. */
export function cdkOf({ environment, context, output }: CdkOptions) {
  const values = Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`])
  const run = (...args: readonly string[]) =>
    runProgram(
      'npm',
      ['exec', '--silent', '--', 'cdk', ...args, '--ci', '--no-notices', '--output', output, ...values],
      environment,
    )
  return {
    bootstrap: () => run('bootstrap', `aws://${ACCOUNT}/${REGION}`),
    /** `outputsFile` gets the stack's outputs, as JSON. */
    deploy: (outputsFile: string) =>
      run('deploy', '--require-approval', 'never', '--outputs-file', outputsFile),
    /** Writes the stack into the folder `output`, from which `deployOutput` deploys it, whatever happened to it there. */
    synthesise: () => run('synth', '--quiet'),
    deployOutput: () => run('deploy', '--require-approval', 'never', '--app', output),
    output,
    destroy: () => run('destroy', '--force'),
  }
}
