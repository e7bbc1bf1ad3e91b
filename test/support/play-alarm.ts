/** The value of each metric in one period, by metric name; null or absent: no data. */
export type Period = Readonly<Record<string, number | null>>

export type AlarmState = 'OK' | 'ALARM'

type Metric = {
  Id: string
  Expression?: string
  ReturnData?: boolean
  MetricStat?: { Metric: { MetricName: string }; Period?: number; Stat?: string }
}

export type AlarmProperties = {
  readonly ComparisonOperator: string
  readonly Threshold: number
  readonly DatapointsToAlarm: number
  readonly EvaluationPeriods: number
  readonly TreatMissingData: string
  readonly MetricName?: string
  /** In seconds. */
  readonly Period?: number
  readonly Metrics?: readonly Metric[]
}

const BREACHES: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  LessThanThreshold: (value, threshold) => value < threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
}

/**
 * The state of an alarm after each of the periods, as CloudWatch evaluates it: M out of N datapoints, with missing
 * ones treated as the alarm says. `ignore` keeps the state while no datapoint is there.
 */
export function playAlarm(alarm: AlarmProperties, periods: readonly Period[]): AlarmState[] {
  const states: AlarmState[] = []
  for (let end = 1; end <= periods.length; end++) {
    const window = periods
      .slice(Math.max(0, end - alarm.EvaluationPeriods), end)
      .map((each) => alarmValue(alarm, each))
    const breaching = window.filter((value) => isBreaching(alarm, value)).length
    const keeps = alarm.TreatMissingData === 'ignore' && window.every((value) => value === null)
    const state: AlarmState = breaching >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK'
    states.push(keeps ? (states.at(-1) ?? 'OK') : state)
  }
  return states
}

function isBreaching(
  { ComparisonOperator, Threshold, TreatMissingData }: AlarmProperties,
  value: number | null,
) {
  if (value === null) return TreatMissingData === 'breaching'
  const breaches = BREACHES[ComparisonOperator]
  if (breaches === undefined) throw new Error(`unknown comparison: ${ComparisonOperator}`)
  return breaches(value, Threshold)
}

function alarmValue({ MetricName, Metrics = [] }: AlarmProperties, period: Period): number | null {
  if (MetricName !== undefined) return period[MetricName] ?? null
  const values = new Map(
    Metrics.flatMap(({ Id, MetricStat }) =>
      MetricStat === undefined ? [] : [[Id, sampleOf(MetricStat, period)] as const],
    ),
  )
  const expression = Metrics.find(({ Expression }) => Expression !== undefined)?.Expression
  if (expression === undefined) return [...values.values()][0] ?? null
  return evaluate(expression, values)
}

/** Each period has one sample, if it has any. */
function sampleOf({ Metric, Stat }: NonNullable<Metric['MetricStat']>, period: Period): number | null {
  const value = period[Metric.MetricName] ?? null
  return Stat === 'SampleCount' && value !== null ? 1 : value
}

type Values = ReadonlyMap<string, number | null>

/** CloudWatch's metric math, as far as the alarms use it: + - * / >, FILL, IF, and SUM of METRICS() or of a list. */
export function evaluate(expression: string, values: Values): number | null {
  const tokens = expression.match(/[A-Za-z]\w*|\d+(\.\d+)?|[-+*/>(),[\]]/g) ?? []
  let at = 0
  const take = (wanted: string): void => {
    if (tokens[at++] !== wanted) throw new Error(`${wanted} is missing in ${expression}`)
  }
  const both = (left: number | null, right: number | null, result: (a: number, b: number) => number) => {
    const value = left === null || right === null ? null : result(left, right)
    return value !== null && Number.isFinite(value) ? value : null
  }
  const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
    { '>': (a, b) => Number(a > b) },
    { '+': (a, b) => a + b, '-': (a, b) => a - b },
    { '*': (a, b) => a * b, '/': (a, b) => a / b },
  ]
  const level = (depth: number): number | null => {
    const operators = OPERATORS[depth]
    if (operators === undefined) return operand()
    let left = level(depth + 1)
    for (let apply = operators[tokens[at] ?? '']; apply; apply = operators[tokens[at] ?? '']) {
      at++
      left = both(left, level(depth + 1), apply)
    }
    return left
  }
  const operand = (): number | null => {
    const token = tokens[at++] ?? ''
    if (token === '(') {
      const value = level(0)
      take(')')
      return value
    }
    if (tokens[at] === '(') return call(token)
    return /^\d/.test(token) ? Number(token) : (values.get(token) ?? null)
  }
  const summands = (): (number | null)[] => {
    if (tokens[at] !== '[') {
      for (const token of ['METRICS', '(', ')']) take(token)
      return [...values.values()]
    }
    const list: (number | null)[] = []
    do {
      at++
      list.push(level(0))
    } while (tokens[at] === ',')
    take(']')
    return list
  }
  const call = (name: string): number | null => {
    take('(')
    if (name === 'SUM') {
      const present = summands().filter((value) => value !== null)
      take(')')
      return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0)
    }
    const args = [level(0)]
    while (tokens[at] === ',') {
      at++
      args.push(level(0))
    }
    take(')')
    const [first = null, second = null, third = null] = args
    if (name === 'FILL') return first ?? second
    if (name === 'IF') return first === null ? null : first > 0 ? second : third
    throw new Error(`unknown function: ${name}`)
  }
  const value = level(0)
  if (at !== tokens.length) throw new Error(`not understood: ${expression}`)
  return value
}

/** The logical ids of the alarms that a composite alarm looks at, of which any raises it. */
export function childrenOf(rule: unknown): string[] {
  const parts = (
    rule as { 'Fn::Join': readonly [string, readonly (string | { 'Fn::GetAtt': [string, string] })[]] }
  )['Fn::Join'][1]
  const ids: string[] = []
  const text = parts
    .map((part) => {
      if (typeof part === 'string') return part
      ids.push(part['Fn::GetAtt'][0])
      return 'ARN'
    })
    .join('')
  if (!/^\(?ALARM\("ARN"\)( OR ALARM\("ARN"\))*\)?$/.test(text)) throw new Error(`not understood: ${text}`)
  return ids
}

/** The state of a composite alarm: in ALARM while any of its children is. */
export const playComposite = (children: readonly (readonly AlarmState[])[]): AlarmState[] =>
  Array.from({ length: Math.max(0, ...children.map((states) => states.length)) }, (_, at) =>
    children.some((states) => states[at] === 'ALARM') ? 'ALARM' : 'OK',
  )
