import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { countHosts, type HostGroup, overdueSeconds } from '../../shared/domain/fleet-status.ts'
import type { PolicyValues } from '../../shared/domain/policy.ts'
import type { ProberHold } from '../../shared/domain/prober-hold.ts'
import { parameterWarnings, type ServerParameters } from '../../shared/domain/server-parameters.ts'

const MS_PER_SECOND = 1000

/** What an installation knows of itself. */
export type Installation = {
  readonly stage: string
  /** What the settings ask of the database server. */
  readonly serverParameters: ServerParameters
}

export type ShowStatusPorts = {
  readonly installation: Installation
  readonly schemaVersion: () => Promise<number>
  readonly policy: () => Promise<PolicyValues>
  /** Live hosts by state; late are those that have waited since before `lateSince`. */
  readonly groupHosts: (lateSince: Date) => Promise<readonly HostGroup[]>
  readonly serverParameters: () => Promise<ServerParameters>
  readonly hold: () => Promise<ProberHold>
}

/** How the installation and its fleet are, in numbers. */
export async function showStatus(ports: ShowStatusPorts, now: Date): Promise<AnswerOf<'status'>> {
  const policy = await ports.policy()
  const lateSince = new Date(now.getTime() - overdueSeconds(policy.probe_interval_seconds) * MS_PER_SECOND)
  const { state, since } = await ports.hold()
  const { stage, serverParameters } = ports.installation
  const { overdue, unprobeable, ...states } = countHosts(await ports.groupHosts(lateSince))
  return {
    stage,
    schema_version: await ports.schemaVersion(),
    hosts: states,
    overdue,
    unprobeable,
    prober: { state, since: since?.toISOString() ?? null },
    policy,
    warnings: parameterWarnings(serverParameters, await ports.serverParameters()),
  }
}
