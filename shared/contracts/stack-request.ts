import * as z from 'zod'
import { isInRange, POLICY_RANGES } from '../domain/policy.ts'

const setting = (key: keyof typeof POLICY_RANGES) =>
  z.coerce.number().refine((value) => isInRange(value, POLICY_RANGES[key]))

/** What CloudFormation sends to the function behind a custom resource. Numbers arrive as text. */
export const StackRequest = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.string().min(1),
  StackId: z.string().min(1),
  RequestId: z.string().min(1),
  LogicalResourceId: z.string().min(1),
  PhysicalResourceId: z.string().min(1).optional(),
  ResourceProperties: z.object({
    ProbeIntervalSeconds: setting('probe_interval_seconds'),
    HostsPerSchedule: setting('hosts_per_schedule'),
    Database: z.string().optional(),
  }),
  /** What the properties were before, in an update. */
  OldResourceProperties: z.object({ Database: z.string().optional() }).optional(),
})
export type StackRequest = z.output<typeof StackRequest>

/** What it waits for at the request's ResponseURL. */
export type StackAnswer = {
  readonly Status: 'SUCCESS' | 'FAILED'
  readonly Reason: string
  readonly PhysicalResourceId: string
  readonly StackId: string
  readonly RequestId: string
  readonly LogicalResourceId: string
  /** Attributes of the resource, which an output of the stack shows. */
  readonly Data?: Readonly<Record<string, string>>
}
