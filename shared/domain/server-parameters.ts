/**
 * Parameters of the database server that take effect at a restart only, with the values that the stack counts on. A
 * change of such a parameter in RDS or Aurora is applied to the group at once, and to the server when it is rebooted.
 */
export const STATIC_PARAMETERS = ['max_connections', 'max_locks_per_transaction'] as const
export type StaticParameter = (typeof STATIC_PARAMETERS)[number]

export type ServerParameters = Readonly<Partial<Record<StaticParameter, number>>>

/** A sentence for each parameter of which the server has less than the settings ask for; one with more does no harm. */
export function parameterWarnings(wanted: ServerParameters, actual: ServerParameters): string[] {
  return STATIC_PARAMETERS.flatMap((name) => {
    const [least, value] = [wanted[name], actual[name]]
    if (least === undefined || value === undefined || value >= least) return []
    return [`${name} is ${value}, and the settings ask for ${least}: reboot the database`]
  })
}
