import { MAX_RULES } from '../limits.ts'
import { requireRuleId } from '../rule-id.ts'
import { ScanFileError } from '../scan-file-error.ts'
import { combine, type RuleOutcome, toOutcome } from './outcome.ts'
import type { XmlElement, XmlListener } from './xml.ts'

/** One `TestResult` element: one run of a scanner over one target. */
export type TestResult = {
  readonly endTime: string | undefined
  /** The names and addresses that the scanner found on the machine itself. */
  readonly names: string[]
  readonly addresses: string[]
  readonly outcomes: Map<string, RuleOutcome>
}

const XCCDF = 'http://checklists.nist.gov/xccdf/1.2'
const ARF = 'http://scap.nist.gov/schema/asset-reporting-format/1.1'
const PREFIXES = new Map([
  [XCCDF, 'xccdf'],
  [ARF, 'arf'],
])

/** Where results are: nowhere else in a file does a `TestResult` count. */
const PLACES = new Set([
  'xccdf:TestResult',
  'xccdf:Benchmark/xccdf:TestResult',
  'arf:asset-report-collection/arf:reports/arf:report/arf:content/xccdf:TestResult',
])
const DEEPEST_PLACE = 5
const ROOTS = new Map([
  ['TestResult', XCCDF],
  ['Benchmark', XCCDF],
  ['asset-report-collection', ARF],
])

const MAX_TARGETS = 1_000

/** Collects the `TestResult`s of a document into `found`. Elements are known by namespace and place. */
export class TestResultCollector implements XmlListener {
  readonly found: TestResult[] = []
  readonly #path: string[] = []
  #current: { readonly testResult: TestResult; readonly depth: number } | null = null
  #rule: { readonly id: string; readonly severity: string | undefined; result: string | null } | null = null
  #text: string | null = null

  readonly open = (element: XmlElement): void => {
    if (this.#path.length === 0) requireResultsRoot(element)
    this.#path.push(`${PREFIXES.get(element.namespace) ?? '?'}:${element.name}`)
    this.#text = null
    if (this.#current === null) this.#openOutside(element)
    else this.#openInside(element, this.#path.slice(this.#current.depth).join('/'))
  }

  readonly text = (text: string): void => {
    if (this.#text !== null) this.#text += text
  }

  readonly close = (): void => {
    if (this.#current !== null) {
      if (this.#path.length === this.#current.depth) this.#current = null
      else this.#closeInside(this.#current.testResult, this.#path.slice(this.#current.depth).join('/'))
    }
    this.#path.pop()
  }

  #openOutside(element: XmlElement): void {
    if (this.#path.length > DEEPEST_PLACE || !PLACES.has(this.#path.join('/'))) return
    const testResult: TestResult = {
      endTime: element.attributes['end-time'],
      names: [],
      addresses: [],
      outcomes: new Map(),
    }
    this.found.push(testResult)
    this.#current = { testResult, depth: this.#path.length }
  }

  #openInside(element: XmlElement, place: string): void {
    if (place === 'xccdf:rule-result') this.#rule = openRule(element)
    if (['xccdf:target', 'xccdf:target-address', 'xccdf:rule-result/xccdf:result'].includes(place)) {
      this.#text = ''
    }
  }

  #closeInside(testResult: TestResult, place: string): void {
    const text = this.#text?.trim() ?? ''
    if (place === 'xccdf:target') addTarget(testResult.names, text)
    if (place === 'xccdf:target-address') addTarget(testResult.addresses, text)
    if (this.#rule !== null && place === 'xccdf:rule-result/xccdf:result') {
      if (this.#rule.result !== null) throw invalid(`rule ${this.#rule.id} has two results`)
      this.#rule.result = text
    }
    if (this.#rule !== null && place === 'xccdf:rule-result') {
      addOutcome(testResult, this.#rule)
      this.#rule = null
    }
    if (place.split('/').length <= 2) this.#text = null
  }
}

function requireResultsRoot({ name, namespace }: XmlElement): void {
  const wanted = ROOTS.get(name)
  if (wanted === undefined) {
    throw new ScanFileError(
      'not_results',
      `its root element is ${name}: wanted is an XCCDF 1.2 TestResult or Benchmark (oscap --results), or an ` +
        'ARF asset-report-collection (oscap --results-arf)',
    )
  }
  if (namespace !== wanted) {
    const where = namespace === '' ? 'in no namespace' : `in the namespace ${namespace}`
    throw new ScanFileError('wrong_namespace', `its ${name} is ${where}, not in ${wanted}`)
  }
}

function openRule({ attributes }: XmlElement) {
  const id = attributes.idref?.trim() ?? ''
  if (id === '') throw invalid('a rule-result has no idref')
  return { id: requireRuleId(id), severity: attributes.severity?.trim(), result: null }
}

function addTarget(targets: string[], text: string): void {
  if (text !== '' && targets.length < MAX_TARGETS) targets.push(text)
}

function addOutcome(
  { outcomes }: TestResult,
  rule: { readonly id: string; readonly severity: string | undefined; readonly result: string | null },
): void {
  if (rule.result === null) throw invalid(`rule ${rule.id} has no result`)
  const outcome = toOutcome(rule.id, rule.result, rule.severity)
  if (outcome === null) return
  const known = outcomes.get(rule.id)
  outcomes.set(rule.id, known === undefined ? outcome : combine(known, outcome))
  if (outcomes.size > MAX_RULES) throw new ScanFileError('too_many_rules', `has more than ${MAX_RULES} rules`)
}

const invalid = (message: string): ScanFileError => new ScanFileError('invalid_value', message)
