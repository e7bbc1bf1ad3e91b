import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { everyStage } from '../../support/synth.ts'
import { CFN_LINT } from './cfn-lint.ts'
import { CHECKOV } from './checkov.ts'
import { isAcknowledged, type Judge } from './judge.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-templates-'))

/** Prints what is open; an acknowledgement of which no template has a finding any more is open as well. */
async function judge(by: Judge): Promise<void> {
  const used = new Set<string>()
  for (const [stage, { json }] of everyStage()) {
    const template = join(folder, `${stage}.template.json`)
    writeFileSync(template, JSON.stringify(json, null, 1))
    const findings = await by.find(template)
    const open = findings.filter((finding) => {
      const isKnown = isAcknowledged(by, stage, finding)
      if (isKnown) used.add(finding.rule)
      return !isKnown
    })
    for (const { rule, where, text } of open)
      process.stderr.write(`${stage}: ${by.name} ${rule} at ${where}: ${text}\n`)
    const acknowledged = findings.length - open.length
    process.stdout.write(`${stage}: ${by.name}: ${open.length} findings, ${acknowledged} acknowledged\n`)
    if (open.length > 0) process.exitCode = 1
  }
  const unused = Object.keys(by.acknowledged).filter((rule) => !used.has(rule))
  if (unused.length === 0) return
  process.stderr.write(`${by.name}: acknowledged, and nowhere found: ${unused.join(', ')}\n`)
  process.exitCode = 1
}

try {
  for (const by of [CFN_LINT, CHECKOV]) await judge(by)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
