import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/repository.ts'

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Releaser',
  GIT_AUTHOR_EMAIL: 'releaser@example.com',
  GIT_COMMITTER_NAME: 'Releaser',
  GIT_COMMITTER_EMAIL: 'releaser@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
}
const CHANGES = '### Added\n\n- A page.\n\n### Fixed\n\n- A lost failure.\n'
const CHANGELOG = `# Changes\n\n## Unreleased\n\n${CHANGES}\n## 0.1.0 - 2026-01-01\n\n- The beginning.\n`

const today = (): string => new Date().toISOString().slice(0, 10)

/** A git repository with what a release touches, on the branch main, with everything committed. */
function repository(changelog = CHANGELOG) {
  const root = mkdtempSync(join(tmpdir(), 'fleet-awareness-release-'))
  const env = { ...process.env, ...IDENTITY }
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env, encoding: 'utf8' }).trim()
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
  const setVersion = (path: string): void =>
    write(path, read(path).replace(/"version": ".*"/, '"version": "0.1.0"'))

  mkdirSync(join(root, '.ci'))
  for (const path of ['.ci/release', 'package.json', 'package-lock.json', '.npmrc']) {
    cpSync(join(ROOT, path), join(root, path))
  }
  setVersion('package.json')
  write('CHANGELOG.md', changelog)
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message=Begin')
  return {
    git,
    read,
    write,
    release: (...args: string[]) =>
      spawnSync('.ci/release', args, { cwd: root, env, encoding: 'utf8', timeout: 60_000 }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Expects a refusal that says `reason` and leaves the repository as it was. */
function expectRefusal(of: ReturnType<typeof repository>, version: string, reason: string): void {
  const before = [of.git('rev-parse', 'HEAD'), of.git('status', '--porcelain'), of.git('tag')]
  const { status, stderr } = of.release(version)
  expect(stderr).toContain(reason)
  expect(status).toBe(1)
  expect([of.git('rev-parse', 'HEAD'), of.git('status', '--porcelain'), of.git('tag')]).toEqual(before)
}

describe('a release', () => {
  it('a release sets the version, dates the changes, commits, and tags the commit with the changes', () => {
    using clone = repository()
    const startedOn = today()
    const { status, stderr } = clone.release('0.2.0')
    expect(status, stderr).toBe(0)

    const lock = JSON.parse(clone.read('package-lock.json')) as { version: string; packages: { '': object } }
    expect(JSON.parse(clone.read('package.json'))).toMatchObject({ version: '0.2.0' })
    expect(lock).toMatchObject({ version: '0.2.0', packages: { '': { version: '0.2.0' } } })
    const [, day] = /^## 0\.2\.0 - (\d{4}-\d\d-\d\d)$/m.exec(clone.read('CHANGELOG.md')) ?? []
    expect([startedOn, today()]).toContain(day)
    expect(clone.read('CHANGELOG.md')).toBe(
      CHANGELOG.replace('## Unreleased\n', `## Unreleased\n\n## 0.2.0 - ${day}\n`),
    )
    expect(clone.git('status', '--porcelain')).toBe('')
    expect(clone.git('log', '--format=%s')).toBe('Release 0.2.0\nBegin')
    expect(clone.git('rev-parse', 'v0.2.0^{commit}')).toBe(clone.git('rev-parse', 'HEAD'))
    expect(clone.git('tag', '--list', '--format=%(contents)', 'v0.2.0')).toBe(
      `Fleet Awareness 0.2.0\n\n${CHANGES.trim()}`,
    )
  })

  it('a release changes no line of package.json and of the lock file but those of the version', () => {
    using clone = repository()
    clone.release('0.2.0')
    const changed = clone.git('diff', '--unified=0', 'HEAD~1', '--', 'package.json', 'package-lock.json')
    const lines = changed.split('\n').filter((line) => /^[+-](?![+-])/.test(line))
    expect(lines.filter((line) => !/^[+-] +"version": "0\.[12]\.0",$/.test(line))).toEqual([])
    expect(lines).not.toEqual([])
  })

  it('the first release may be of the version that package.json has', () => {
    using clone = repository()
    const { status, stderr } = clone.release('0.1.0')
    expect(status, stderr).toBe(0)
    expect(clone.git('tag')).toBe('v0.1.0')
  })

  it.each([[], [''], ['1.0'], ['v1.0.0'], ['1.0.0-beta.1'], ['01.0.0'], ['1.0.0', '2.0.0']])(
    'a release asks for one version of three numbers, where the arguments are %s %s',
    (...args) => {
      using clone = repository()
      const { status, stderr } = clone.release(...args)
      expect(stderr).toContain('usage: .ci/release MAJOR.MINOR.PATCH')
      expect(status).toBe(2)
      expect(clone.git('tag')).toBe('')
    },
  )

  it('a release is refused from another branch than main', () => {
    using clone = repository()
    clone.git('switch', '--quiet', '--create', 'page')
    expectRefusal(clone, '0.2.0', 'the branch is page, not main')
  })

  it('a release is refused while something is uncommitted, also a file that git does not know', () => {
    using clone = repository()
    clone.write('notes.txt', 'not yet')
    expectRefusal(clone, '0.2.0', 'there are uncommitted changes')
  })

  it('a release is refused when the version is older than that of package.json, number by number', () => {
    using clone = repository()
    clone.release('0.10.0')
    clone.write('CHANGELOG.md', CHANGELOG)
    clone.git('commit', '--all', '--quiet', '--message=More')
    expectRefusal(clone, '0.9.0', '0.9.0 is older than 0.10.0')
  })

  it('a release is refused when the version is tagged already', () => {
    using clone = repository()
    clone.git('tag', 'v0.2.0')
    expectRefusal(clone, '0.2.0', 'the tag v0.2.0 exists')
  })

  it('a release is refused when nothing has changed since the last one', () => {
    using clone = repository('# Changes\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- The beginning.\n')
    expectRefusal(clone, '0.2.0', 'CHANGELOG.md has nothing under "Unreleased"')
  })
})
