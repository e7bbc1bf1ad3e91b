import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, repositoryFiles, sourceFiles } from '../support/repository.ts'

const MAX_LINES = 200
const VAGUE = /(^|\/)(utils?|common|helpers?|misc|types)(\.ts|\/)/
const files = sourceFiles()
const products = files.filter(({ path }) => !path.startsWith('test/'))

const LOCK_FILES = repositoryFiles('package-lock.json')
const json = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

const offenders = (pattern: RegExp, among = files): string[] =>
  among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  )

describe('house style', () => {
  it(`the source has no file of more than ${MAX_LINES} lines`, () => {
    const long = products.filter(({ text }) => text.split('\n').length > MAX_LINES + 1)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('the source has no drawer for things without a name', () => {
    expect(files.map(({ path }) => path).filter((path) => VAGUE.test(path))).toEqual([])
  })

  it('the source has no file that only passes on what other files export', () => {
    const barrels = products.filter(
      ({ text }) => /^export \*/m.test(text) || /(^|\n)export \{[^}]*\} from/.test(text),
    )
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  it('the source casts nothing by force and silences no checker', () => {
    const forced = ['as unknown' + ' as', '@ts-' + 'ignore', '@ts-' + 'expect-error', 'biome-' + 'ignore']
    expect(offenders(new RegExp(forced.join('|')))).toEqual([])
  })

  it('the source imports zod as a namespace, so that bundles leave out what they do not use', () => {
    expect(offenders(/^import \{.*\} from 'zod'/, products)).toEqual([])
  })

  it('the source leaves no test out and nothing for later', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`)
    expect(offenders(later)).toEqual([])
    expect(offenders(/\b(it|test|describe)\.(only|skip|todo)\b/)).toEqual([])
  })

  it('the source keeps clock, chance, environment and console out of the domain', () => {
    const domain = files.filter(({ path }) => path.startsWith('shared/domain/'))
    expect(
      offenders(
        /Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|console\.|setTimeout|fetch\(/,
        domain,
      ),
    ).toEqual([])
  })

  it('the source begins transactions in one place, which survives a lost connection', () => {
    const begun = offenders(/\.begin\(/, products).map((line) => line.replace(/:.*/, ''))
    expect(begun).toEqual(['shared/db/begin.ts'])
  })

  it('the source has a docstring for every exported function, constant and class of the product', () => {
    const bare = products.flatMap(({ path, text }) => {
      const lines = text.split('\n')
      return lines.flatMap((line, i) => {
        const [, name] = /^export (?:async )?(?:function\*?|const|class) (\w+)/.exec(line) ?? []
        return name === undefined || lines[i - 1]?.endsWith('*/') ? [] : [`${path}: ${name}`]
      })
    })
    expect(bare).toEqual([])
  })
})

describe('nothing here can open an authenticated SSH session:', () => {
  it('no package of a lock file speaks SSH', () => {
    const names = LOCK_FILES.flatMap((path) => Object.keys((json(path) as { packages: object }).packages))
    expect(names.length).toBeGreaterThan(50)
    expect(
      names.filter((name) =>
        /(^|[/-])(ssh2?|sshpk|node-ssh|libssh|simple-ssh|ssh-[a-z]+)($|[/-])/.test(name),
      ),
    ).toEqual([])
  })

  it('no source file parses a private key or starts an SSH client', () => {
    const credentials =
      /BEGIN [A-Z ]*PRIVATE|createPrivateKey|\bid_(rsa|ed25519|ecdsa)\b|ssh-agent|SSH_AUTH_SOCK/
    const client = /(spawn|exec|execFile)(Sync)?\(\s*['"`](\/usr\/bin\/)?(ssh|scp|sftp|sshpass)['"`\s]/
    expect(offenders(credentials, products)).toEqual([])
    // Only its name is known, to list the hosts in it. Another test shows that no key in it is read.
    const knownHosts = offenders(/known_hosts/, products).map((line) => line.replace(/:\d+: /, ': '))
    expect(knownHosts).toEqual(["cli/terminal/read-fleet-file.ts: const KNOWN_HOSTS = 'known_hosts'"])
    expect(offenders(client)).toEqual([])
  })

  it('the probe never writes to its socket', () => {
    const net = files.filter(({ path }) => path.startsWith('shared/net/'))
    expect(net.length).toBeGreaterThan(0)
    expect(offenders(/\.(write|end|pipe)\(/, net)).toEqual([])
  })
})

describe('the repository', () => {
  it('the repository names no registry in a lock file', () => {
    expect(LOCK_FILES.filter((path) => /"resolved"/.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  })

  it('the repository pins every dependency to one version', () => {
    const versions = repositoryFiles('package.json').flatMap((path) => {
      const manifest = json(path) as Record<string, Record<string, string>>
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.entries(manifest[kind] ?? {}),
      )
    })
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('the repository holds no file larger than 256 KiB but the lock files', () => {
    const large = repositoryFiles().filter(
      (path) => !LOCK_FILES.includes(path) && readFileSync(join(ROOT, path)).length > 262_144,
    )
    expect(large).toEqual([])
  })
})
