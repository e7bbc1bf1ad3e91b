import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import type { RequestOf } from '../../shared/contracts/operate-request.ts'
import { MAX_NAMES_IN_EVENT } from '../../shared/domain/fleet-event.ts'
import { type HostSelector, parseHostSelector } from '../../shared/domain/host-selector.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import {
  judgeSelection,
  MAX_HOSTS_IN_MAINTENANCE,
  type Maintenance,
  type MaintenanceEnd,
  type SelectedHost,
} from '../../shared/domain/maintenance.ts'
import {
  type MaintenanceEnded,
  type MaintenanceStarted,
  maintenanceEnded,
  maintenanceStarted,
} from '../../shared/domain/maintenance-event.ts'

type SelectHosts = (selectors: readonly HostSelector[], limit: number) => Promise<readonly SelectedHost[]>

export type StartMaintenancePorts = {
  readonly newId: () => string
  readonly selectHosts: SelectHosts
  /** Stores a maintenance, in turn with others who start or end one. */
  readonly saveMaintenance: (maintenance: Maintenance, hostIds: readonly HostId[]) => Promise<void>
  readonly saveEvent: (event: MaintenanceStarted) => Promise<void>
}

/** Puts the hosts that are meant now under maintenance, and audits that, in one transaction. */
export async function startMaintenance(
  ports: StartMaintenancePorts,
  request: Omit<RequestOf<'maintenance.start'>, 'command'>,
  now: Date,
): Promise<AnswerOf<'maintenance.start'>> {
  const selection = await select(ports.selectHosts, request.hosts)
  if (selection.outcome !== 'selected') return selection
  const { hosts } = selection
  const maintenance: Maintenance = {
    id: ports.newId(),
    startsAt: now,
    endsAt: new Date(now.getTime() + request.duration_ms),
    reason: request.reason,
  }
  const event = maintenanceStarted(
    maintenance,
    hosts.map(({ name }) => name),
  )
  const { maintenance_id, ...facts } = event.detail
  const answer = { ...facts, names: [...facts.names] }
  if (request.dry_run) return { outcome: 'would_start', id: null, ...answer }
  await ports.saveMaintenance(
    maintenance,
    hosts.map(({ id }) => id),
  )
  await ports.saveEvent(event)
  return { outcome: 'started', id: maintenance_id, ...answer }
}

export type EndMaintenancePorts = {
  readonly selectHosts: SelectHosts
  /** The maintenances that are under way, of these ids. */
  readonly findMaintenances: (ids: readonly string[]) => Promise<readonly string[]>
  readonly endMaintenances: (which: {
    readonly maintenanceIds: readonly string[]
    readonly hostIds: readonly HostId[]
  }) => Promise<readonly MaintenanceEnd[]>
  readonly saveEndEvent: (eventId: string, event: MaintenanceEnded) => Promise<void>
}

/** Ends maintenances by their ids, and takes hosts out of those that they are in; audits each, in one transaction. */
export async function endMaintenance(
  ports: EndMaintenancePorts,
  { hosts: texts }: Omit<RequestOf<'maintenance.end'>, 'command'>,
): Promise<AnswerOf<'maintenance.end'>> {
  const ids = texts.map((text) => parseHostSelector(text).id).filter((id) => id !== null)
  const maintenanceIds = ids.length === 0 ? [] : await ports.findMaintenances(ids)
  const others = texts.filter((text) => !maintenanceIds.includes(text.toLowerCase()))
  const selection = await select(ports.selectHosts, others)
  if (selection.outcome !== 'selected') return selection
  const hostIds = selection.hosts.map(({ id }) => id)
  const ends = await ports.endMaintenances({ maintenanceIds, hostIds })
  if (ends.length === 0) return { outcome: 'not_in_maintenance' }
  const maintenances = ends.map(({ maintenance: { id, reason }, hosts, stillDown, names }) => ({
    id,
    reason,
    hosts,
    still_down: stillDown,
    names: names.slice(0, MAX_NAMES_IN_EVENT),
  }))
  for (const end of ends) await ports.saveEndEvent(end.eventId, maintenanceEnded(end, 'operator'))
  return { outcome: 'ended', maintenances }
}

async function select(selectHosts: SelectHosts, texts: readonly string[]) {
  const found =
    texts.length === 0 ? [] : await selectHosts(texts.map(parseHostSelector), MAX_HOSTS_IN_MAINTENANCE + 1)
  const selection = judgeSelection(texts, found)
  if (selection.outcome === 'too_many') return { ...selection, most: MAX_HOSTS_IN_MAINTENANCE }
  return selection.outcome === 'unmatched' ? { ...selection, texts: [...selection.texts] } : selection
}

/** How many maintenances one answer holds: each is some 5 KB of JSON at most, and Lambda answers with 6 MB. */
const MAX_LISTED = 500

export type ListMaintenancesPorts = {
  readonly maintenances: (
    limit: number,
    names: number,
  ) => Promise<AnswerOf<'maintenance.list'>['maintenances']>
}

/** Lists the maintenances that are under way, the first to end first. */
export async function listMaintenances(ports: ListMaintenancesPorts): Promise<AnswerOf<'maintenance.list'>> {
  const found = await ports.maintenances(MAX_LISTED + 1, MAX_NAMES_IN_EVENT)
  return { maintenances: found.slice(0, MAX_LISTED), more: found.length > MAX_LISTED }
}
