import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/repository.ts'

const INSTALLING = 'Installing dependencies (npm ci)'

/** A package with one dependency, which is in a folder beside it: npm installs it without asking a registry. */
function clone() {
  const root = mkdtempSync(join(tmpdir(), 'fleet-awareness-dependencies-'))
  const write = (path: string, content: object | string): void =>
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  mkdirSync(join(root, 'cli'))
  mkdirSync(join(root, 'needed'))
  cpSync(join(ROOT, 'cli/with-dependencies'), join(root, 'cli/with-dependencies'))
  const needed = { name: 'needed', version: '1.0.0' }
  const manifest = { name: 'clone', version: '1.0.0', dependencies: { needed: 'file:needed' } }
  write('needed/package.json', needed)
  write('package.json', manifest)
  write('package-lock.json', {
    name: 'clone',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      'node_modules/needed': { resolved: 'needed', link: true },
      needed: { version: '1.0.0' },
    },
  })
  const command = join(root, 'cli/with-dependencies')
  return {
    root,
    command,
    write,
    isInstalled: () => existsSync(join(root, 'node_modules/needed')),
    run: (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      spawnSync(command, args, {
        cwd: root,
        env: { ...process.env, ...env },
        encoding: 'utf8',
        timeout: 60_000,
      }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

const program = (source: string): string[] => ['node', '-e', source]

describe('a program that is started with its dependencies', () => {
  it('a program started with its dependencies is preceded by an installation in a fresh clone, which leaves standard output to it', () => {
    using fresh = clone()
    const { status, stdout, stderr } = fresh.run(program("console.log('ran'); process.exit(7)"))
    expect(stderr).toContain(INSTALLING)
    expect(fresh.isInstalled()).toBe(true)
    expect(stdout).toBe('ran\n')
    expect(status).toBe(7)
  })

  it('a program started with its dependencies is not preceded by one when everything is there', () => {
    using fresh = clone()
    fresh.run(program(''))
    const { status, stdout, stderr } = fresh.run(program("console.log('ran')"))
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'ran\n', stderr: '' })
  })

  it('a program started with its dependencies is preceded by one again when the lock file has changed since', () => {
    using fresh = clone()
    fresh.run(program(''))
    const later = new Date(Date.now() + 10_000)
    utimesSync(join(fresh.root, 'package-lock.json'), later, later)
    expect(fresh.run(program('')).stderr).toContain(INSTALLING)
  })

  it('a program started with its dependencies does not run when the installation fails', () => {
    using fresh = clone()
    fresh.write('package-lock.json', 'no lock file')
    const { status, stdout, stderr } = fresh.run(program("console.log('ran')"))
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('Installing failed')
  })

  it('a program started with its dependencies does not run on another Node.js than 24, and the refusal says which one was found', () => {
    using fresh = clone()
    fresh.run(program(''))
    mkdirSync(join(fresh.root, 'bin'))
    fresh.write('bin/node', '#!/bin/sh\necho v20.20.2\n')
    chmodSync(join(fresh.root, 'bin/node'), 0o755)
    const PATH = [join(fresh.root, 'bin'), process.env.PATH].join(delimiter)
    const { status, stdout, stderr } = fresh.run(['echo', 'ran'], { PATH })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('v20.20.2 is first on the PATH')
  })

  it('a program started with its dependencies gets each argument as it was given', () => {
    using fresh = clone()
    const { stdout } = fresh.run([
      ...program('console.log(JSON.stringify(process.argv.slice(1)))'),
      'a b',
      '',
      '*',
    ])
    expect(stdout).toBe('["a b","","*"]\n')
  })

  it('a program started with its dependencies is the process that was started, so signals reach it', async () => {
    using fresh = clone()
    fresh.run(program(''))
    const source =
      "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log(process.pid)"
    const child = spawn(fresh.command, program(source), {
      cwd: fresh.root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output] = await once(child.stdout, 'data')
    expect(String(output)).toBe(`${child.pid}\n`)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([9, null])
  })
})

it('every npm script is started with its dependencies, or calls scripts that are', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const others = Object.entries(scripts).filter(
    ([, command]) => !/^(exec cli\/with-dependencies |npm run [\w:]+ && )/.test(command),
  )
  expect(others).toEqual([])
})
