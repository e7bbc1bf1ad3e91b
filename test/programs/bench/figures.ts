/** One line of the table: a measured number, and what it is measured against in the same run. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** This number as a share of another's, both measured in turn. */
  readonly ratio?: { readonly of: string; readonly value: number }
  /** The least, or the most, that the design asks for; of the ratio where there is one. */
  readonly budget?: { readonly atLeast: number } | { readonly atMost: number }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = sorted.length % 2 === 1 ? [middle, middle] : [middle - 1, middle]
  return ((sorted[low] ?? Number.NaN) + (sorted[high] ?? Number.NaN)) / 2
}

export const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

/**
 * Runs two pieces of work in turn, after one round of each to warm up, and gives the seconds of each round.
 * `settle` lets others finish what the work before left them to do: it would be counted as the next one's.
 */
export async function inTurn(
  rounds: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
  settle: () => Promise<unknown> = async () => {},
): Promise<{ firstSeconds: number[]; secondSeconds: number[] }> {
  await first()
  await second()
  const firstSeconds: number[] = []
  const secondSeconds: number[] = []
  for (let round = 0; round < rounds; round++) {
    await settle()
    firstSeconds.push(await secondsOf(first))
    await settle()
    secondSeconds.push(await secondsOf(second))
  }
  return { firstSeconds, secondSeconds }
}

export function isWithinBudget({ value, ratio, budget }: Figure): boolean | null {
  if (budget === undefined) return null
  const measured = ratio?.value ?? value
  return 'atLeast' in budget ? measured >= budget.atLeast : measured <= budget.atMost
}

/** Three digits, or whole numbers from a hundred on. */
export const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { ratio, budget } = figure
    const limit = budget && ('atLeast' in budget ? `≥ ${budget.atLeast}` : `≤ ${budget.atMost}`)
    const within = isWithinBudget(figure)
    return [
      figure.name,
      `${rounded(figure.value)} ${figure.unit}`,
      ratio ? `${ratio.value.toFixed(2)} × ${ratio.of}` : '',
      limit ?? '',
      within === null ? '' : within ? 'ok' : 'short',
    ]
  })
  return columns([['what', 'measured', 'beside', 'budget', ''], ...rows])
}

/** Rows of cells, as wide as their column needs. */
export function columns(all: readonly (readonly string[])[]): string {
  const widths =
    all[0]?.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length))) ?? []
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
