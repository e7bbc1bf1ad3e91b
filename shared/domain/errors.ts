/** A value from outside that cannot be what it claims to be. `field` names it as its sender knows it. */
export class InvalidValueError extends Error {
  override readonly name: string = 'InvalidValueError'
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}
