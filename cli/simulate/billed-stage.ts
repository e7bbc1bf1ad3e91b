import { givenFrom } from '../../infra/aws/context.ts'
import type { Settings } from '../../infra/aws/settings.ts'
import { STAGES } from '../../infra/aws/stages.ts'

/** The stages that AWS sends a bill for. */
export const BILLED_STAGES = ['small', 'dev', 'prod', 'existing'] as const
export type BilledStage = (typeof BILLED_STAGES)[number]

/** The settings of a stage of which nothing is known but its name: no endpoints, and no database of others is billed. */
export const billedSettings = (stage: BilledStage): Settings =>
  STAGES[stage](givenFrom(() => undefined, stage))
