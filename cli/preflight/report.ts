import { styleText } from 'node:util'
import { replaceControlCharacters } from '../../shared/domain/control-characters.ts'
import type { Finding } from './finding.ts'

const COLOURS = { ok: 'green', warning: 'yellow', failure: 'red' } as const
/** As wide as the longest level. */
const LEVEL_WIDTH = 9

/** A finding in one line. */
export function findingLine({ check, level, says }: Finding, colours: boolean): string {
  const padded = level.padEnd(LEVEL_WIDTH)
  const shown = colours ? styleText(COLOURS[level], padded, { validateStream: false }) : padded
  return `${shown}${replaceControlCharacters(`${check}: ${says}`)}`
}

/** What all findings come to. */
export function describeSum(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number =>
    findings.filter((finding) => finding.level === level).length
  const [failures, warnings] = [count('failure'), count('warning')]
  if (failures > 0) return `${failures} of ${findings.length} checks would make a deployment fail`
  return warnings > 0
    ? `nothing would fail; ${warnings} of ${findings.length} checks ended with a warning`
    : `nothing would fail: ${findings.length} checks`
}
