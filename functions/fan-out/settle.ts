import type { MaintenanceEnd } from '../../shared/domain/maintenance.ts'

export type SettlePorts = {
  /** Ends the maintenances whose time has passed, and audits each end, in one transaction. */
  readonly endMaintenances: () => Promise<readonly MaintenanceEnd[]>
}

export type Settled = { readonly maintenances: readonly MaintenanceEnd[] }

/** Ends what silenced hosts and is over. A run that dies here is repeated by the next minute's, and reports nothing twice. */
export async function settle(ports: SettlePorts): Promise<Settled> {
  return { maintenances: await ports.endMaintenances() }
}
