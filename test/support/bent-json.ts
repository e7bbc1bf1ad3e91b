import fc from 'fast-check'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What has broken readers before. */
const NASTY: readonly Json[] = [
  null,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u001b[31m',
  '__proto__',
  'constructor',
  -1,
  0,
  -0,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [[]],
  { toString: 1 },
  JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 1, "length": -1}'),
  '9'.repeat(400),
  'x'.repeat(70_000),
  Array<number>(600).fill(0),
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '<aws.scheduler.scheduled-time>',
  ...[
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-23:59',
    '2026-02-30T00:00:00Z',
  ],
  ...['2026-01-01T24:00:00Z', '2026-01-01T00:00:60Z', '2026-01-01T00:00:00', '+012026-01-01T00:00:00Z'],
  ...['127.0.0.1', '::ffff:169.254.169.254', 'fe80::1%eth0', '::', '1.2.3.4/8'],
]

export const anyJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json> },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
)

type Edit = { readonly at: number; readonly kind: 'replace' | 'drop' | 'add' | 'twice'; readonly by: Json }
const edits = fc.array(
  fc.record({
    at: fc.nat({ max: 10_000 }),
    kind: fc.constantFrom('replace', 'replace', 'drop', 'add', 'twice') as fc.Arbitrary<Edit['kind']>,
    by: anyJson,
  }),
  { maxLength: 3 },
)

/** Something valid with up to three changes anywhere in it, or something else altogether. */
export const bent = (...examples: readonly Json[]): fc.Arbitrary<Json> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...examples), edits)
        .map(([example, changes]) => changes.reduce(bend, example)),
    },
    { weight: 1, arbitrary: anyJson },
  )

function bend(json: Json, edit: Edit): Json {
  const places = countPlaces(json)
  let left = edit.at % places
  const visit = (value: Json): Json => {
    if (left-- === 0) return bendHere(value, edit)
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(json)
}

function bendHere(value: Json, { kind, by, at }: Edit): Json {
  if (kind === 'replace' || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value)) {
    if (kind === 'add') return [...value, by]
    return kind === 'drop' ? value.slice(1) : [...value, ...value]
  }
  const entries = Object.entries(value)
  if (kind === 'drop') return Object.fromEntries(entries.filter((_, i) => i !== at % entries.length))
  return Object.fromEntries([...entries, [typeof by === 'string' ? by : 'more', by]])
}

const countPlaces = (json: Json): number =>
  1 +
  (typeof json === 'object' && json !== null
    ? Object.values(json).reduce((sum: number, inner: Json) => sum + countPlaces(inner), 0)
    : 0)
