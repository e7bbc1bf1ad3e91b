/** What the user can put right: shown as it is, a line each, without a stack trace. Nothing was started. */
export class UserFault extends Error {
  override readonly name = 'UserFault'
  readonly lines: readonly string[]

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options)
    this.lines = lines
  }
}
