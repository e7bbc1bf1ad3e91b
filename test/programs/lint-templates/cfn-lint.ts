import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Judge } from './judge.ts'
import { runJudge } from './run-judge.ts'

const REQUIREMENTS = fileURLToPath(new URL('cfn-lint.requirements.txt', import.meta.url))

const Findings = z.array(
  z.object({
    Level: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
)

/** Whether CloudFormation would take the template. */
export const CFN_LINT: Judge = {
  name: 'cfn-lint',
  acknowledged: {
    W3005: {
      reason:
        'A dependency that a reference enforces already. CDK lists the role of each function so that its policy is ' +
        'attached before the function is made, and migrations wait for the whole database.',
    },
  },
  find: async (template) => {
    const findings = Findings.parse(
      await runJudge(REQUIREMENTS, 'cfn-lint', ['--format', 'json', '--', template]),
    )
    return findings.map(({ Level, Message, Rule, Location }) => ({
      rule: Rule.Id,
      where: (Location.Path ?? []).join('/'),
      text: `${Level} ${Message}`,
    }))
  },
}
