import type { ExecJSON } from 'inspecjs'
import { ScanFileError } from '../scan-file-error.ts'

/** Real files have fewer than ten. It bounds how deep profiles include each other. */
const MAX_PROFILES = 100

type Profile = {
  readonly controls: ReadonlyMap<string, ExecJSON.Control>
  /** The profiles that this one includes. */
  readonly included: Profile[]
}

/**
 * The controls of an execution that count, each id once. An overlay is a profile that includes another one, whose
 * `parent_profile` then has the overlay's name; both are in the file. A control counts once: as the outermost
 * profile has it that has results for it, or, if none has, as the outermost profile has it. A control that an
 * overlay leaves out does not count.
 *
 * `inspecjs` links overlays as well (`contextualizeEvaluation`), but it compares every control with every other
 * one, and recurses without end over profiles that include each other.
 *
 * @throws ScanFileError (`duplicate_rule`) where one profile has an id twice, or two profiles that do not include
 * each other both have results for it; (`circular_overlays`); and (`invalid_value`) for too many profiles.
 */
export function findCountingControls(profiles: readonly ExecJSON.Profile[]): readonly ExecJSON.Control[] {
  const counting = new Map<string, ExecJSON.Control>()
  for (const profile of findOutermost(profiles)) {
    for (const [id, own] of profile.controls) {
      const control = findWithResults(profile, id) ?? own
      const other = counting.get(id)
      if (other !== undefined && hasResults(other) && hasResults(control)) {
        throw duplicate(
          `control ${id} has results in two profiles that do not include each other: split the file`,
        )
      }
      if (other === undefined || hasResults(control)) counting.set(id, control)
    }
  }
  return [...counting.values()]
}

/** The profiles that no other profile of the file includes. */
function findOutermost(profiles: readonly ExecJSON.Profile[]): readonly Profile[] {
  if (profiles.length > MAX_PROFILES) {
    throw new ScanFileError('invalid_value', `has more than ${MAX_PROFILES} profiles`)
  }
  const linked = profiles.map((profile) => ({ controls: controlsById(profile), included: [] as Profile[] }))
  const outermost = linked.filter((profile, i) => {
    const overlay = linked[profiles.findIndex(({ name }) => name === profiles[i]?.parent_profile)]
    overlay?.included.push(profile)
    return overlay === undefined
  })
  // Every profile is included at most once, so what no outermost profile reaches is a circle.
  if (outermost.reduce((count, profile) => count + countWithIncluded(profile), 0) < profiles.length) {
    throw new ScanFileError('circular_overlays', 'its profiles include each other in a circle')
  }
  return outermost
}

const countWithIncluded = ({ included }: Profile): number =>
  included.reduce((count, profile) => count + countWithIncluded(profile), 1)

function findWithResults({ controls, included }: Profile, id: string): ExecJSON.Control | undefined {
  const own = controls.get(id)
  if (own !== undefined && hasResults(own)) return own
  for (const profile of included) {
    const found = findWithResults(profile, id)
    if (found !== undefined) return found
  }
  return undefined
}

function controlsById({ name, controls }: ExecJSON.Profile): ReadonlyMap<string, ExecJSON.Control> {
  const byId = new Map<string, ExecJSON.Control>()
  for (const control of controls) {
    if (byId.has(control.id)) throw duplicate(`profile ${name} has the control ${control.id} twice`)
    byId.set(control.id, control)
  }
  return byId
}

const hasResults = ({ results }: ExecJSON.Control): boolean => results.length > 0

const duplicate = (message: string): ScanFileError => new ScanFileError('duplicate_rule', message)
