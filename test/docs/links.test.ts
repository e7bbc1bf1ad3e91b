import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, repositoryFiles } from '../support/repository.ts'

const pages = repositoryFiles('.md').map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** The anchors that a page's headings have on the web. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('the documentation', () => {
  it('the documentation links only to what is there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, target = '', anchor]) => {
        const file = target === '' ? path : join(dirname(path), target)
        if (!existsSync(join(ROOT, file))) return [`${path}: ${link}`]
        const hasAnchor = !anchor || anchorsOf(readFileSync(join(ROOT, file), 'utf8')).includes(anchor)
        return hasAnchor ? [] : [`${path}: ${link}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('the documentation names only npm scripts that exist', () => {
    const unknown = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run (?:--\S+ )?([a-z][a-z:-]*)/g)]
        .map(([, script]) => script ?? '')
        .filter((script) => manifest.scripts[script] === undefined)
        .map((script) => `${path}: npm run ${script}`),
    )
    expect(unknown).toEqual([])
  })

  it('the documentation gives a reason for every dependency', () => {
    const table = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').match(/^\| `.*/gm) ?? []
    const named = table.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))
    const isNamed = (dependency: string): boolean =>
      named.some((name) =>
        name.endsWith('*') ? dependency.startsWith(name.slice(0, -1)) : dependency === name,
      )
    const silent = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      (d) => !isNamed(d),
    )
    expect(silent).toEqual([])
  })
})
