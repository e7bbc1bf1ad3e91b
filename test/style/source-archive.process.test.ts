import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { ROOT, repositoryFiles } from '../support/repository.ts'

const isGitCheckout = existsSync(join(ROOT, '.git'))

/** Every file that git has or would take. */
const filesOfGit = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => existsSync(join(ROOT, path)) && path !== '')

/** The repository's files in a folder of their own, without git, as somebody has them who unpacked an archive. */
function unpackedArchive(): Disposable & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'fleet-awareness-archive-'))
  for (const path of filesOfGit()) cpSync(join(ROOT, path), join(root, path))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  // What is installed is shared, so it must not look older than the lock file: npm would install into it anew.
  utimesSync(join(root, 'package-lock.json'), 0, 0)
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}

describe('a source archive', () => {
  beforeEach(({ skip }) => skip(!isGitCheckout, 'source archives: this is no git checkout to make one from'))

  it('a source archive has the same files for the style tests as a git checkout', () => {
    expect(repositoryFiles().toSorted()).toEqual([...new Set(filesOfGit())].toSorted())
  })

  it('a source archive passes the linter, the types and the tests of style and docs without git', () => {
    using archive = unpackedArchive()
    const run = (program: string, ...args: string[]) => {
      const env = { ...process.env, GIT_DIR: join(archive.root, 'there-is-no-git'), NO_COLOR: '1' }
      const done = spawnSync(program, args, { cwd: archive.root, env, encoding: 'utf8' })
      expect(done.status, done.stdout + done.stderr).toBe(0)
      return done.stdout
    }
    run('npm', 'run', '--silent', 'lint')
    run('npm', 'run', '--silent', 'types')
    expect(run('npx', 'vitest', 'run', '--project', 'unit', 'test/style', 'test/docs')).toMatch(/\d+ passed/)
  }, 120_000)
})
