import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FUNCTION_NAMES } from '../../../shared/domain/functions.ts'
import { createNames } from '../../../shared/domain/names.ts'

type Template = { Resources: Record<string, { Type: string; Properties?: { Name?: unknown } }> }

/** The ids of the custom resource that applies migrations, now and with the old names. */
const [APPLIED, DONE] = ['MigrationsApplied006AFF17', 'MigrationsDone3D4AD31A']

/**
 * Turns a synthesised stack into one as it was before all names had one prefix: schedule groups and schedules were
 * `<stage>-…`, and everything else was `awareness-<stage>-…`.
 *
 * @param folder the cloud assembly, which is changed in place.
 */
export function renameAsBefore(folder: string, installation: string): void {
  const { stack, probeSchedules, clocks, clock } = createNames(installation)
  const path = join(folder, `${stack}.template.json`)
  const text = readFileSync(path, 'utf8')
    .replaceAll(probeSchedules, `${installation}-probes`)
    .replaceAll(clocks, `${installation}-clock`)
    .replaceAll(APPLIED, DONE)
  const template = JSON.parse(text) as Template
  const schedules = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Scheduler::Schedule',
  )
  for (const { Properties = {} } of schedules) {
    const name = FUNCTION_NAMES.find((each) => clock(each) === Properties.Name)
    Properties.Name = `${installation}-${name}`
  }
  writeFileSync(path, JSON.stringify(template).replaceAll(`${stack}-`, `awareness-${installation}-`))
  giveAnotherHash(folder, stack)
}

/** Under the hash of the template as it was, the CDK CLI would take it for the same file, and not upload it. */
function giveAnotherHash(folder: string, stack: string): void {
  const assets = readFileSync(join(folder, `${stack}.assets.json`), 'utf8')
  const { files } = JSON.parse(assets) as { files: Record<string, { source: { path: string } }> }
  const [hash] = Object.entries(files).find(([, { source }]) => source.path.endsWith('.template.json')) ?? []
  if (hash === undefined) throw new Error(`the template is no asset of ${stack}`)
  const other = [...hash].reverse().join('')
  for (const name of readdirSync(folder).filter((each) => /^(manifest|.*\.assets)\.json$/.test(each))) {
    const file = join(folder, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(hash, other))
  }
}
