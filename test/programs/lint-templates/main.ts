import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as z from 'zod'
import { pythonWith } from '../../support/python.ts'
import { everyStage } from '../../support/synth.ts'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))

/** The rules of cfn-lint that are not asked, each with the reason. */
const ACKNOWLEDGED = {
  W3005:
    'A dependency that a reference enforces already. CDK lists the role of each function so that its policy is ' +
    'attached before the function is made, and migrations wait for the whole database.',
}

const Findings = z.array(
  z.object({
    Level: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
)
type Finding = z.output<typeof Findings>[number]

/** Runs cfn-lint over one template. It ends with another code than 0 where it finds something. */
async function lint(python: string, template: string): Promise<Finding[]> {
  const program = join(dirname(python), 'cfn-lint')
  const { stdout, stderr } = await promisify(execFile)(program, ['--format', 'json', '--', template], {
    maxBuffer: 16 * 1024 * 1024,
  }).catch((failed: { stdout: string; stderr: string }) => failed)
  if (stdout.trim() === '') throw new Error(`cfn-lint did not run: ${stderr}`)
  return Findings.parse(JSON.parse(stdout))
}

const describe = ({ Level, Message, Rule, Location }: Finding): string =>
  `${Level} ${Rule.Id} at ${(Location.Path ?? []).join('/')}: ${Message}`

const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-templates-'))
try {
  const python = await pythonWith(REQUIREMENTS, 'cfn-lint')
  for (const [stage, { json }] of everyStage()) {
    const template = join(folder, `${stage}.template.json`)
    writeFileSync(template, JSON.stringify(json, null, 1))
    const findings = await lint(python, template)
    const open = findings.filter(({ Rule }) => !(Rule.Id in ACKNOWLEDGED))
    for (const finding of open) process.stderr.write(`${stage}: ${describe(finding)}\n`)
    const acknowledged = findings.length - open.length
    process.stdout.write(`${stage}: ${open.length} findings, ${acknowledged} acknowledged\n`)
    if (open.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
