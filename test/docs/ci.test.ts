import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/repository.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const ciScript = read('.ci/run')
const workflow = read('.github/workflows/ci.yml')
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>

/** The values of a list in the workflow's matrices, such as `node: [20, 22, 24]`. */
const matrixOf = (name: string): string[] => {
  const [, list = ''] = new RegExp(`^ +${name}: \\[(.*)\\]$`, 'm').exec(workflow) ?? []
  return list.split(',').map((value) => value.trim())
}

describe('the CI workflow', () => {
  it('the CI workflow runs nothing but .ci/run, so that everything in it can be run on any machine', () => {
    const commands = [...workflow.matchAll(/\brun: *(.*)$/gm)].map(([, command]) => command ?? '')
    expect(commands.length).toBeGreaterThan(0)
    expect(commands.filter((command) => !/^\.ci\/run( |$)/.test(command))).toEqual([])
  })

  it('the CI workflow names only parts that .ci/run knows', () => {
    const parts = [...workflow.matchAll(/\brun: \.ci\/run (\S+)/g)].map(([, part]) => part ?? '')
    expect(parts.toSorted()).toEqual(['postgres', 'tests'])
    const known = [...ciScript.matchAll(/^ {2}(\w+)\) /gm)].map(([, part]) => part)
    expect(known).toEqual(expect.arrayContaining(parts))
  })

  it('the CI workflow tests every version of PostgreSQL that the README promises', () => {
    const [, oldest, newest] = /PostgreSQL \((\d+) to (\d+)\)/.exec(read('README.md')) ?? []
    const promised: string[] = []
    for (let version = Number(oldest); version <= Number(newest); version++) promised.push(String(version))
    expect(promised.length).toBeGreaterThan(1)
    expect(matrixOf('postgres')).toEqual(promised)
    const installable = [...ciScript.matchAll(/^ +(\d+)\) server=(\d+)\./gm)]
    expect(installable.map(([, version]) => version)).toEqual(promised)
    expect(installable.filter(([, version, server]) => version !== server)).toEqual([])
  })

  it('the CI workflow starts npm on the Node.js versions that people have, and tests x64, arm64 and macOS', () => {
    expect(matrixOf('node')).toEqual(['20', '22', '24'])
    expect(matrixOf('os').map((os) => os.replace(/-\d.*?(-arm)?$/, '$1'))).toEqual([
      'ubuntu',
      'ubuntu-arm',
      'macos',
    ])
  })

  it('the CI workflow pins every action to a commit', () => {
    const actions = [...workflow.matchAll(/\buses: (.*)$/gm)].map(([, action]) => action ?? '')
    expect(actions.length).toBeGreaterThan(0)
    expect(
      actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
    ).toEqual([])
  })
})

describe('.ci', () => {
  it('the folder .ci has scripts only that can be executed', () => {
    const folder = join(ROOT, '.ci')
    const others = readdirSync(folder).filter((name) => (statSync(join(folder, name)).mode & 0o111) !== 0o111)
    expect(others).toEqual([])
  })
})

describe('the bot that updates dependencies', () => {
  const renovate = JSON.parse(read('renovate.json')) as {
    rangeStrategy: string
    packageRules: { groupName?: string; matchPackageNames?: string[] }[]
  }
  const groups = renovate.packageRules.filter(({ groupName }) => groupName !== undefined)
  const isMatch = (name: string, pattern: string): boolean =>
    pattern.endsWith('**') ? name.startsWith(pattern.slice(0, -2)) : name === pattern

  it('the bot that updates dependencies keeps versions exact', () => {
    expect(renovate.rangeStrategy).toBe('pin')
  })

  it('the bot that updates dependencies has one group for each dependency', () => {
    const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    )
    const groupsOf = (name: string): (string | undefined)[] =>
      groups
        .filter(({ matchPackageNames = [] }) => matchPackageNames.some((pattern) => isMatch(name, pattern)))
        .map(({ groupName }) => groupName)
    expect(names.filter((name) => groupsOf(name).length !== 1)).toEqual([])
  })
})

it('.nvmrc names the Node.js version that package.json asks for', () => {
  expect(manifest.engines?.node).toContain(`>=${read('.nvmrc').trim()} `)
})
