/** What a check found, as a sentence for a person. */
export type Finding = {
  /** What was checked, in the same words each time. */
  readonly check: string
  readonly level: 'ok' | 'warning' | 'failure'
  readonly says: string
}

/** A value that was read from AWS, or the reason why it could not be read. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly because: string }

/** The findings of `judge`, or a warning that the check could not be made. */
export const judged = <T>(
  check: string,
  reading: Reading<T>,
  judge: (value: T) => readonly Omit<Finding, 'check'>[],
): Finding[] =>
  reading.kind === 'read'
    ? judge(reading.value).map((finding) => ({ check, ...finding }))
    : [{ check, level: 'warning', says: `this could not be checked: ${reading.because}` }]

/** A finding of the level `failure` or `warning` where something is wrong, and otherwise that it is right. */
export const summarise = (
  wrong: readonly Omit<Finding, 'check'>[],
  right: string,
): readonly Omit<Finding, 'check'>[] => (wrong.length > 0 ? wrong : [{ level: 'ok', says: right }])
