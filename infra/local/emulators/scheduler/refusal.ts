/** The HTTP status of each error that EventBridge Scheduler answers with. */
const STATUS = {
  ValidationException: 400,
  SerializationException: 400,
  ServiceQuotaExceededException: 402,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  ConflictException: 409,
  ThrottlingException: 429,
  InternalServerException: 500,
} as const

export type ErrorName = keyof typeof STATUS

/** A request that is answered with an error of the API. Thrown anywhere, answered in one place. */
export class RefusalError extends Error {
  override readonly name: ErrorName
  readonly status: number

  constructor(name: ErrorName, message: string) {
    super(message)
    this.name = name
    this.status = STATUS[name]
  }
}

/** The refusal of a request that breaks a rule of the API. */
export const invalid = (message: string): RefusalError => new RefusalError('ValidationException', message)
