import * as z from 'zod'
import type { EventListing } from '../../shared/contracts/operate-answer.ts'
import { formatCount, formatTime } from '../terminal/format.ts'

const Connectivity = z.object({
  prior_status: z.string(),
  new_status: z.string(),
  error_type: z.string().nullable(),
})
const Identification = z.object({ before: z.string(), after: z.string() })
const Drift = z.object({
  drift_type: z.string(),
  prior_score: z.number(),
  score_delta: z.number(),
  like_for_like_delta: z.number().nullish(),
  /** Absent in events that older versions stored. */
  compared_delta: z.number().optional(),
  basis: z.string().optional(),
})
const Forgotten = z.object({ scan_id: z.string(), completed_at: z.string(), changes: z.int() })
const Hosts = z.object({ source: z.string(), names: z.array(z.string()) })
const HostsAdded = Hosts.extend({ added: z.int(), changed: z.int() })
const HostsRemoved = Hosts.extend({ removed: z.int() })
const Maintenance = z.object({
  reason: z.string(),
  hosts: z.int(),
  names: z.array(z.string()),
  ends_at: z.string(),
})
const MaintenanceEnd = Maintenance.extend({ cause: z.string(), still_down: z.int() })
const FlappingStart = z.object({ changes: z.int(), window_minutes: z.int(), status: z.string() })
const FlappingEnd = z.object({ status: z.string(), last_change_at: z.string() })
const setting = z.union([z.string(), z.number()])
const settings = z.record(z.string(), setting)
const Change = z.object({ before: settings, after: settings, reason: z.string().optional() })

/** Describes what happened. The log may hold other writers' events too: what is not understood is shown as it is. */
export function describeEvent({ action, detail }: EventListing): string {
  const raw = detail === null || detail === undefined ? '' : JSON.stringify(detail)
  switch (action) {
    case 'host.connectivity.checked': {
      const { data } = Connectivity.safeParse(detail)
      if (data === undefined) return raw
      const reason = data.error_type === null ? '' : `, ${data.error_type}`
      return `${data.prior_status} → ${data.new_status}${reason}`
    }
    case 'compliance.drift.detected': {
      const { data } = Drift.safeParse(detail)
      if (data === undefined) return raw
      return describeDrift(data)
    }
    case 'scan.forgotten': {
      const { data } = Forgotten.safeParse(detail)
      return data === undefined ? raw : describeForgotten(data)
    }
    case 'host.ssh_identification.changed': {
      const { data } = Identification.safeParse(detail)
      return data === undefined ? raw : `${data.before} → ${data.after}`
    }
    case 'policy.changed': {
      const { data } = Change.safeParse(detail)
      if (data === undefined) return raw
      return data.reason === undefined ? describeChange(data) : `${describeChange(data)} (${data.reason})`
    }
    case 'fleet.hosts.added': {
      const { data } = HostsAdded.safeParse(detail)
      if (data === undefined) return raw
      const counts = [data.added > 0 && `${data.added} added`, data.changed > 0 && `${data.changed} changed`]
      return describeFleetChange(counts.filter(Boolean).join(', '), data.added + data.changed, data)
    }
    case 'fleet.hosts.removed': {
      const { data } = HostsRemoved.safeParse(detail)
      return data === undefined ? raw : describeFleetChange(`${data.removed} removed`, data.removed, data)
    }
    case 'host.flapping.started': {
      const { data } = FlappingStart.safeParse(detail)
      return data === undefined
        ? raw
        : `${formatCount(data.changes, 'change')} in ${data.window_minutes} min, ${data.status}`
    }
    case 'host.flapping.stopped': {
      const { data } = FlappingEnd.safeParse(detail)
      return data === undefined ? raw : `${data.status} since ${formatTime(data.last_change_at)}`
    }
    case 'fleet.maintenance.started': {
      const { data } = Maintenance.safeParse(detail)
      return data === undefined ? raw : `until ${formatTime(data.ends_at)}, ${describeMaintenance(data)}`
    }
    case 'fleet.maintenance.ended': {
      const { data } = MaintenanceEnd.safeParse(detail)
      if (data === undefined) return raw
      return `by ${data.cause}, ${data.still_down} still down, ${describeMaintenance(data)}`
    }
    default:
      return raw
  }
}

/** Describes the scores and the delta that were compared: with the basis `common_rules` those without new rules. */
function describeDrift(drift: z.output<typeof Drift>): string {
  const isLikeForLike = drift.basis === 'common_rules'
  const byBasis = isLikeForLike ? (drift.like_for_like_delta ?? drift.score_delta) : drift.score_delta
  const delta = drift.compared_delta ?? byBasis
  const scores = `${round(drift.prior_score)} % → ${round(drift.prior_score + delta)} %`
  return `${drift.drift_type}, ${round(delta)} pp (${scores}${isLikeForLike ? ' of known rules' : ''})`
}

/** Describes hosts that came or left, by whom, and which: an event names twenty at most. */
function describeFleetChange(
  counts: string,
  total: number,
  { source, names }: z.output<typeof Hosts>,
): string {
  const all = names.length < total ? [...names, '…'] : names
  return `${counts} by ${source}: ${all.join(', ')}`
}

/** Describes which hosts a maintenance is of, and why. */
export const describeMaintenance = ({
  hosts,
  names,
  reason,
}: Pick<z.output<typeof Maintenance>, 'hosts' | 'names' | 'reason'>): string =>
  `${formatCount(hosts, 'host')} (${[...names, ...(names.length < hosts ? ['…'] : [])].join(', ')}): ${reason}`

/** Describes a scan that was taken back: when it was complete, and how much it had changed. */
export const describeForgotten = ({ scan_id, completed_at, changes }: z.output<typeof Forgotten>): string =>
  `scan ${scan_id} of ${formatTime(completed_at)}, which had changed ${formatCount(changes, 'rule')}`

const round = (value: number): string => String(Math.round(value * 10) / 10)

/** A score in percent, to one decimal; a dash where there is none. */
export const describeScore = (score: number | null): string => (score === null ? '–' : `${round(score)} %`)

/** A difference of scores, with its sign; a dash where there is none. */
export const describeDelta = (delta: number | null): string =>
  delta === null ? '–' : `${delta > 0 ? '+' : ''}${round(delta)} pp`

/** Describes each setting that changed as `key: before → after`. */
export const describeChange = ({ before, after }: { before: object; after: object }): string => {
  const old = new Map<string, unknown>(Object.entries(before))
  return Object.entries(after)
    .map(([key, value]) => `${key}: ${String(old.get(key))} → ${String(value)}`)
    .join(', ')
}
