import { createHash } from 'node:crypto'

/** The same texts in an order that only the seed and the texts decide. */
export function inRandomOrder(texts: readonly string[], seed: number): string[] {
  const rank = (text: string): string => createHash('sha256').update(`${seed}/${text}`).digest('hex')
  return texts
    .map((text) => [rank(text), text] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
}
