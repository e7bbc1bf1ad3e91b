import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ROOT } from '../../support/repository.ts'

it.each([
  'start/main.ts',
  'fleet/main.ts',
  'scan/import.ts',
  'scan/send.ts',
  'simulate/main.ts',
  'preflight/main.ts',
])(
  'the usage text of cli/%s begins with the usage, fits a terminal of 80 columns, and goes to standard output',
  (program) => {
    const ran = spawnSync(process.execPath, [`cli/${program}`, '--help'], { cwd: ROOT, encoding: 'utf8' })
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    const lines = ran.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^usage: npm /)
    expect(lines.length).toBeGreaterThan(8)
    expect(lines.filter((line) => [...line].length > 80)).toEqual([])
  },
)
