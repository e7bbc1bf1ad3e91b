import { execFileSync, spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readXccdfScan } from '../../../shared/scans/xccdf/read-scan.ts'

const OSCAP_CONTENT = '/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml'
const hasOscap = (() => {
  try {
    execFileSync('oscap', ['info', OSCAP_CONTENT], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test('what oscap writes here and now is read, in both formats', async ({ skip }) => {
  skip(!hasOscap, `a real scan: oscap, or its content ${OSCAP_CONTENT}, is not installed`)
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-oscap-'))
  try {
    const profile = 'xccdf_org.ssgproject.content_profile_anssi_np_nt28_minimal'
    const output = ['--results', 'results.xml', '--results-arf', 'arf.xml']
    const run = spawnSync('oscap', ['xccdf', 'eval', '--profile', profile, ...output, OSCAP_CONTENT], {
      cwd: folder,
      stdio: 'ignore',
    })
    // 2 says that a rule failed.
    expect([0, 2]).toContain(run.status)
    const xccdf = await readXccdfScan(createReadStream(join(folder, 'results.xml')))
    const arf = await readXccdfScan(createReadStream(join(folder, 'arf.xml')))
    expect(xccdf.results.length).toBeGreaterThan(10)
    expect(arf).toEqual(xccdf)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
