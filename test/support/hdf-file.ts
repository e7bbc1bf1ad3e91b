/** A test of a control, as InSpec writes it. */
type TestOfControl = {
  readonly status?: string | null
  readonly start_time?: string
  readonly run_time?: number
  readonly backtrace?: readonly string[]
}

/** A control of InSpec JSON. What is left out has a value that any reader accepts. */
type Control = {
  readonly id: string
  readonly impact?: unknown
  readonly results?: readonly TestOfControl[]
  readonly tags?: Readonly<Record<string, unknown>>
  readonly [further: string]: unknown
}

/** A profile of InSpec JSON, with its controls. */
type Profile = { readonly name?: string; readonly parent?: string; readonly controls: readonly Control[] }

/** What a control's tests are if nothing else is said. */
export const PASSED: TestOfControl = {
  status: 'passed',
  start_time: '2025-03-01T10:00:00+00:00',
  run_time: 0,
}

/** The results of InSpec's reporter `json` with these profiles, as a value to be changed and written. */
export const hdfValue = (profiles: readonly Profile[], targetId?: string) => ({
  platform: { name: 'debian', release: '12', ...(targetId === undefined ? {} : { target_id: targetId }) },
  profiles: profiles.map(({ name = 'baseline', parent, controls }) => ({
    name,
    ...(parent === undefined ? {} : { parent_profile: parent }),
    sha256: '0',
    supports: [],
    attributes: [],
    groups: [],
    controls: controls.map(({ id, results = [PASSED], ...given }) => ({
      id,
      impact: 0.5,
      refs: [],
      tags: {},
      source_location: {},
      results: results.map((result) => ({ ...PASSED, code_desc: 'a test', ...result })),
      ...given,
    })),
  })),
  statistics: {},
  version: '5.22.3',
})

/** A file of one profile with these controls. */
export const hdfFile = (controls: readonly Control[], targetId?: string): string =>
  JSON.stringify(hdfValue([{ controls }], targetId))
