/** A value from outside that cannot be what it claims to be. `field` names it as its sender knows it. */
export class InvalidValueError extends Error {
  override readonly name: string = 'InvalidValueError'
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}
/** What the user can put right: shown as it is, a line each, without a stack trace. Nothing was started. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options)
    this.lines = lines
  }
}
