import { describe, expect, it } from 'vitest'
import { type SourceFile, sourceFiles } from '../support/repository.ts'

/** Who may import what. The first rule whose pattern fits a file is its rule; `test/` may import anything. */
type Rule = {
  readonly files: RegExp
  /** Paths in the repository. Its own folder is always allowed. */
  readonly paths: RegExp
  /** Packages and `node:` modules. */
  readonly packages: RegExp
}

const NONE = /^$/
const RULES: readonly Rule[] = [
  { files: /^shared\/domain\//, paths: NONE, packages: /^node:crypto$/ },
  {
    files: /^shared\/contracts\//,
    paths: /^shared\/domain\//,
    packages: /^(zod|csv-parse\/sync|node:(net|crypto))$/,
  },
  {
    files: /^shared\/db\//,
    paths: /^shared\/(domain|contracts)\//,
    packages: /^(postgres|postgrator|node:(net|path|tls))$/,
  },
  { files: /^shared\/net\//, paths: /^shared\/(domain|contracts)\//, packages: /^node:(net|perf_hooks)$/ },
  {
    files: /^shared\/aws\//,
    paths: /^shared\/(domain|contracts)\//,
    packages: /^(@aws-sdk\/|@smithy\/|node:timers)/,
  },
  {
    files: /^shared\/producer\//,
    paths: /^shared\/(domain|contracts|db|aws)\//,
    packages: /^(@aws-sdk\/client-sqs|postgres|node:.*)$/,
  },
  {
    files: /^shared\/scans\//,
    paths: /^shared\/(domain|contracts)\//,
    packages: /^(saxes|inspecjs|node:.*)$/,
  },
  {
    files: /^functions\/runtime\//,
    paths: /^shared\//,
    packages: /^(@aws-sdk\/|@aws-lambda-powertools\/|@middy\/core$|aws-lambda$|postgres$|zod$|node:)/,
  },
  {
    files: /^functions\/[^/]+\/(handler|report)\.ts$/,
    paths: /^(shared\/(contracts|domain)|functions\/runtime)\//,
    packages: /^(@middy\/|@aws-lambda-powertools\/|aws-lambda$|node:)/,
  },
  { files: /^functions\//, paths: /^shared\/(domain|contracts)\//, packages: /^zod$/ },
  { files: /^cli\/terminal\//, paths: /^shared\/(domain|contracts)\//, packages: /^node:/ },
  {
    // The bill and the checks before a deployment depend on the settings of a stage, which need no CDK.
    files: /^cli\/(simulate|preflight)\//,
    paths:
      /^((cli\/terminal|functions|shared|infra\/local)\/|infra\/aws\/(settings|stages|context|concurrency|installation|engine|check-settings|called-services)\.ts$)/,
    packages: /./,
  },
  // A command imports no other command: what two of them share is in terminal/.
  { files: /^cli\//, paths: /^(cli\/terminal|functions|shared|infra\/local)\//, packages: /./ },
  { files: /^infra\/local\//, paths: /^(functions|shared)\//, packages: /./ },
  {
    files: /^infra\/aws\//,
    paths: /^shared\/domain\//,
    packages: /^(aws-cdk-lib|constructs|cdk-nag|esbuild|node:)/,
  },
  { files: /^docs\/examples\//, paths: /^infra\/aws\//, packages: /^(aws-cdk-lib|constructs)/ },
  { files: /^(test\/|vitest\.config\.ts$)/, paths: /./, packages: /./ },
]

const folderOf = (path: string): string =>
  /^(cli\/[^/]+|functions\/[^/]+|infra\/[^/]+|shared\/[^/]+)\//.exec(path)?.[0] ?? path

function listForbiddenImports({ path, imports }: SourceFile): string[] {
  const rule = RULES.find(({ files }) => files.test(path))
  if (rule === undefined) return [`${path}: in no folder that the layout knows`]
  const isAllowed = (target: string): boolean =>
    /\.(ts|json|mjs)$/.test(target)
      ? target.startsWith(folderOf(path)) || rule.paths.test(target)
      : rule.packages.test(target)
  return imports.filter((target) => !isAllowed(target)).map((target) => `${path} imports ${target}`)
}

describe('imports', () => {
  const files = sourceFiles()

  it('imports stay within what the layout allows', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap(listForbiddenImports)).toEqual([])
  })

  it('imports form no circle, also where they import only types', () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]))
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      if (done.has(path) || trail.includes(path)) return
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
    expect(circles).toEqual([])
  })
})
