import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, repositoryFiles, sourceFiles } from '../support/repository.ts'

const MAX_LINES = 200
const VAGUE = /(^|\/)(utils?|common|helpers?|misc|types)(\.ts|\/)/
const files = sourceFiles()
const products = files.filter(({ path }) => !path.startsWith('test/'))

const offenders = (pattern: RegExp, among = files): string[] =>
  among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  )

describe('house style', () => {
  it(`keeps a source file within ${MAX_LINES} lines`, () => {
    const long = products.filter(({ text }) => text.split('\n').length > MAX_LINES + 1)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('has no drawer for things without a name', () => {
    expect(files.map(({ path }) => path).filter((path) => VAGUE.test(path))).toEqual([])
  })

  it('has no file that only passes on what other files export', () => {
    const barrels = products.filter(
      ({ text }) => /^export \*/m.test(text) || /(^|\n)export \{[^}]*\} from/.test(text),
    )
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  it('casts nothing by force and silences no checker', () => {
    const forced = ['as unknown' + ' as', '@ts-' + 'ignore', '@ts-' + 'expect-error', 'biome-' + 'ignore']
    expect(offenders(new RegExp(forced.join('|')))).toEqual([])
  })

  it('imports zod as a namespace, so that bundles leave out what they do not use', () => {
    expect(offenders(/^import \{.*\} from 'zod'/, products)).toEqual([])
  })

  it('leaves no test out and nothing for later', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`)
    expect(offenders(later)).toEqual([])
    expect(offenders(/\b(it|test|describe)\.(only|skip|todo)\b/)).toEqual([])
  })

  it('keeps clock, chance, environment and console out of the domain', () => {
    const domain = files.filter(({ path }) => path.startsWith('shared/domain/'))
    expect(
      offenders(
        /Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|console\.|setTimeout|fetch\(/,
        domain,
      ),
    ).toEqual([])
  })

  it('gives every exported function of shared/ a docstring', () => {
    const shared = products.filter(({ path }) => path.startsWith('shared/'))
    const bare = shared.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:^|\n)([^\n]*)\nexport (?:async )?function (\w+)/g)]
        .filter(([, before]) => !before?.trim().endsWith('*/'))
        .map(([, , name]) => `${path}: ${name}`),
    )
    expect(bare).toEqual([])
  })
})

describe('nothing here can open an authenticated SSH session:', () => {
  it('no package of the lock file speaks SSH', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: object }
    const names = Object.keys(lock.packages)
    expect(names.length).toBeGreaterThan(50)
    expect(
      names.filter((name) =>
        /(^|[/-])(ssh2?|sshpk|node-ssh|libssh|simple-ssh|ssh-[a-z]+)($|[/-])/.test(name),
      ),
    ).toEqual([])
  })

  it('no source file parses a private key or starts an SSH client', () => {
    const credentials =
      /BEGIN [A-Z ]*PRIVATE|createPrivateKey|\bid_(rsa|ed25519|ecdsa)\b|ssh-agent|SSH_AUTH_SOCK|known_hosts/
    const client = /(spawn|exec|execFile)(Sync)?\(\s*['"`](\/usr\/bin\/)?(ssh|scp|sftp|sshpass)['"`\s]/
    expect(offenders(credentials, products)).toEqual([])
    expect(offenders(client)).toEqual([])
  })

  it('the probe never writes to its socket', () => {
    const net = files.filter(({ path }) => path.startsWith('shared/net/'))
    expect(net.length).toBeGreaterThan(0)
    expect(offenders(/\.(write|end|pipe)\(/, net)).toEqual([])
  })
})

describe('the repository', () => {
  it('names no registry in its lock file', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/)
  })

  it('pins every dependency to one version', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >
    const versions = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    )
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('holds no file larger than 256 KiB but the lock file', () => {
    const large = repositoryFiles().filter(
      (path) => path !== 'package-lock.json' && readFileSync(join(ROOT, path)).length > 262_144,
    )
    expect(large).toEqual([])
  })
})
