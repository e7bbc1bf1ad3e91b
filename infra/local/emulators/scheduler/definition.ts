import * as z from 'zod'
import { ratePeriodMs } from './rate.ts'
import { invalid } from './refusal.ts'

/** The characters of a name of a schedule or a group. */
export const nameSchema = z.string().regex(/^[0-9A-Za-z\-_.]{1,64}$/, 'must match [0-9a-zA-Z-_.]{1,64}')

const MAX_INPUT_BYTES = 256 * 1024
/** AWS accepts a StartDate that is at most this long in the past. */
const MAX_START_AGE_MS = 5 * 60_000

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/
const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/
const TARGET_ARN = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$/
const LAMBDA_ARN = /^arn:aws[a-z-]*:lambda:/

const retryPolicySchema = z.object({
  MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
  MaximumRetryAttempts: z.int().min(0).max(185).default(185),
})

const targetSchema = z
  .object({
    Arn: z.string().max(1600).regex(TARGET_ARN, 'is not an ARN in the correct format'),
    RoleArn: z.string().max(1600).regex(ROLE_ARN, 'is not the ARN of a role'),
    Input: z
      .string()
      .min(1)
      .refine((input) => Buffer.byteLength(input) <= MAX_INPUT_BYTES, 'is longer than 256 KB')
      .optional(),
    DeadLetterConfig: z.object({ Arn: z.string().regex(QUEUE_ARN, 'is not the ARN of a queue') }).optional(),
    RetryPolicy: retryPolicySchema.default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
  })
  .refine(({ Arn, Input }) => Input === undefined || !LAMBDA_ARN.test(Arn) || isJson(Input), {
    path: ['Input'],
    message: 'must be well-formed JSON for a function',
  })

const windowSchema = z.discriminatedUnion('Mode', [
  z.object({ Mode: z.literal('OFF'), MaximumWindowInMinutes: z.undefined().optional() }),
  z.object({ Mode: z.literal('FLEXIBLE'), MaximumWindowInMinutes: z.int().min(1).max(1440) }),
])

/** Seconds since the epoch, as the API writes an instant; in ms once parsed. */
const instantSchema = z.number().transform((seconds) => Math.round(seconds * 1000))

const definitionSchema = z.object({
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  FlexibleTimeWindow: windowSchema,
  Target: targetSchema,
  GroupName: nameSchema.default('default'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: instantSchema.optional(),
  EndDate: instantSchema.optional(),
  Description: z.string().max(512).optional(),
  KmsKeyArn: z.string().optional(),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
})

/** The definition of a schedule from a request, with the defaults of AWS; dates are in ms. */
export type Definition = z.infer<typeof definitionSchema> & { readonly periodMs: number }

/**
 * Reads the body of a CreateSchedule or UpdateSchedule.
 * @throws RefusalError (ValidationException) for what AWS refuses, and for `cron` and `at`, which are not played here
 */
export function parseDefinition(body: unknown, nowMs: number): Definition {
  const definition = parse(definitionSchema, body)
  const { ScheduleExpression, StartDate, EndDate } = definition
  const periodMs = ratePeriodMs(ScheduleExpression)
  if (periodMs === null) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`)
  if (StartDate !== undefined && StartDate < nowMs - MAX_START_AGE_MS) {
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.')
  }
  if (EndDate !== undefined && EndDate <= (StartDate ?? nowMs)) {
    throw invalid('The EndDate you specify must be after the StartDate and in the future.')
  }
  return { ...definition, periodMs }
}

/**
 * The value that the schema makes of it.
 * @throws RefusalError (ValidationException) that names every field at fault, as AWS words it
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(
    ({ path, message }) => `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`,
  )
  const count = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`
  throw invalid(`${count}: ${faults.join('; ')}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
