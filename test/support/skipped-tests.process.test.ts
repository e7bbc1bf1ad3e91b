import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from './repository.ts'

const CONFIG = `
  import { SkippedTestsReporter } from '${join(ROOT, 'test/support/skipped-tests.ts')}'
  export default { test: { reporters: ['default', new SkippedTestsReporter()] } }`
const TESTS = `
  import { it } from 'vitest'
  it('a test that runs', () => {})
  it('a test that needs a frog', ({ skip }) => skip('frogs: no frog is installed'))
  it('a test that needs another frog', ({ skip }) => skip('frogs: no frog is installed'))
  it.runIf(false)('a test that is skipped and does not say why', () => {})`

it('a run says in its last lines what it skipped and why, once for each reason', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-skipped-'))
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'vitest.config.ts'), CONFIG)
    writeFileSync(join(folder, 'frogs.test.ts'), TESTS)
    const run = spawnSync('npx', ['vitest', 'run'], { cwd: folder, encoding: 'utf8' })
    expect(run.status, run.stdout + run.stderr).toBe(0)
    expect(run.stdout).toMatch(/Duration .*\n+Not tested in this run:\n {2}frogs: no frog is installed\n\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
