import { settledBefore, stoppedAtMs } from '../../shared/domain/flapping.ts'
import type { MaintenanceEnd } from '../../shared/domain/maintenance.ts'
import type { FlappingHosts, SettledHost } from '../../shared/domain/settled-host.ts'

export type SettlePorts = {
  readonly now: () => Date
  /** Ends the maintenances whose time has passed, and audits each end, in one transaction. */
  readonly endMaintenances: () => Promise<readonly MaintenanceEnd[]>
  readonly inFlapping: <T>(body: (hosts: FlappingHosts) => Promise<T>) => Promise<T>
}

export type Settled = {
  readonly maintenances: readonly MaintenanceEnd[]
  readonly stopped: readonly SettledHost[]
  /** How many hosts are flapping now. */
  readonly flapping: number
}

/** Ends what silenced hosts and is over. A run that dies here is repeated by the next minute's, and reports nothing twice. */
export async function settle(ports: SettlePorts): Promise<Settled> {
  const maintenances = await ports.endMaintenances()
  const { stopped, flapping } = await ports.inFlapping(async ({ policy, listQuiet, stop, count }) => {
    const quiet = await listQuiet(new Date(settledBefore(ports.now().getTime(), policy)))
    const ends = quiet.map((host) => ({
      ...host,
      stoppedAt: new Date(stoppedAtMs(host.lastChangeAt.getTime(), policy)),
    }))
    const stopped = ends.length > 0 ? await stop(ends) : []
    return { stopped, flapping: await count() }
  })
  return { maintenances, stopped, flapping }
}
