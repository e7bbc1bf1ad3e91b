import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPeer, howToInstall } from './peers/find-peer.ts'

const MAIN = fileURLToPath(new URL('./peers/main.ts', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-peers-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a peer', () => {
  it('a peer is found in any of the folders, if it may be run', () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')]
    for (const [place, mode] of [
      [first, 0o644],
      [second, 0o755],
    ] as const) {
      mkdirSync(place)
      writeFileSync(join(place, 'check_ssh'), '', { mode })
    }
    expect(findPeer('checkSsh', [first, second])).toBe(join(second, 'check_ssh'))
    expect(findPeer('checkSsh', [first])).toBe(null)
    expect(findPeer('blackbox', [first, second])).toBe(null)
  })
})

describe('the comparison with peers', () => {
  it('the comparison with peers runs where none is installed, says how to install each, and measures the rest', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      MAIN,
      ...['--json', '--brief', '--hosts', '5', '--rounds', '1', '--peers', empty],
    ])
    expect(stderr).toContain(howToInstall('blackbox'))
    expect(stderr).toContain(howToInstall('checkSsh'))

    const { speed, hostile, drift } = JSON.parse(stdout)
    expect(speed).toMatchObject([
      { name: 'bare node:net', probesPerSecond: expect.any(Number), ofBare: 1 },
      { name: 'this system, with its database', p50Ms: expect.any(Number), ofBare: expect.any(Number) },
    ])
    expect(hostile).toMatchObject([
      { server: 'healthy', speaksSsh: true, system: { isUp: true }, blackbox: null, checkSsh: null },
      { server: 'closed at once', speaksSsh: false, system: { isUp: false, reason: 'no_banner' } },
    ])
    expect(drift).toMatchObject([{ logRows: 510, timesNaive: expect.any(Number) }])
  })
})
