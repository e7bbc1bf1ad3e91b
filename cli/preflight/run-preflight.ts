import { SettingsError } from '../../infra/aws/check-settings.ts'
import { type Installation, installationFrom } from '../../infra/aws/installation.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { readIdentity } from './aws/read-account.ts'
import { readFacts } from './aws/read-facts.ts'
import { checkAll } from './checks/all.ts'
import { HELP, parsePreflightCommand } from './command-line.ts'
import type { Finding } from './finding.ts'
import { describeSum, findingLine } from './report.ts'

/**
 * Runs `npm run preflight`.
 *
 * @throws UserError for arguments or settings that are wrong.
 */
export async function runPreflight(
  args: readonly string[],
  output: Pick<Output, 'out' | 'err' | 'colours'>,
): Promise<ExitCode> {
  const command = parsePreflightCommand(args)
  if (command.kind === 'help') {
    output.out(HELP.trimEnd())
    return EXIT.done
  }
  const findings = await checkInstallation(readInstallation(command.look), command.hosts)
  for (const finding of findings) {
    output.out(command.json ? JSON.stringify(finding) : findingLine(finding, output.colours))
  }
  if (!command.json) output.err(describeSum(findings))
  return findings.some(({ level }) => level === 'failure') ? EXIT.failed : EXIT.done
}

function readInstallation(look: (name: string) => unknown): Installation {
  try {
    return installationFrom(look)
  } catch (error) {
    if (error instanceof SettingsError) throw new UserError([...error.problems], { cause: error })
    throw error
  }
}

async function checkInstallation(installation: Installation, hosts: number): Promise<Finding[]> {
  const identity = await readIdentity()
  // Without an account, every other call would fail for the same reason.
  if (identity.kind === 'unreadable')
    return [{ check: 'account', level: 'failure', says: `nothing could be checked: ${identity.because}` }]
  return checkAll(await readFacts(installation, identity.value), installation, hosts)
}
