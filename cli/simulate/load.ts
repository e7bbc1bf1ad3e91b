/** The load of a fleet, as the simulation counts it. */
export type Load = {
  readonly hosts: number
  readonly schedules: number
  readonly downShare: number
  /** Of one day. */
  readonly invocations: number
  /** Of one day. */
  readonly billedSeconds: number
}
