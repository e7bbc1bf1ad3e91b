import { describe, expect, it } from 'vitest'
import { type AlarmProperties, type Period, playAlarm } from '../../support/play-alarm.ts'
import { everyStage, resourcesOf, type Synthesised } from '../../support/synth.ts'

type Story = {
  /** One period of an ordinary day: it raises nothing, however long it lasts. */
  readonly well: Period
  /** One period of the trouble that the alarm is for. */
  readonly trouble: Period
}

/** Metrics that are emitted only when something happens have no data on a good day. */
const SILENCE = {}
const FLEET = { HostsReachable: 980, HostsUnreachable: 15, HostsUnknown: 5 }

const STORIES: Readonly<Record<string, Story>> = {
  'probes-stopped': { well: { Probes: 40 }, trouble: SILENCE },
  'probes-late': { well: { OldestOverdueProbeSeconds: 90 }, trouble: { OldestOverdueProbeSeconds: 700 } },
  'probe-function-failing': { well: { Errors: 0 }, trouble: { Errors: 3 } },
  'probes-throttled': { well: SILENCE, trouble: { Throttles: 12 } },
  // A host whose address may not be probed is inconclusive for as long as it is in the fleet.
  'prober-at-fault': {
    well: { ProbesInconclusive: 9, AddressesRefused: 9 },
    trouble: { ProbesInconclusive: 9, ProberFaults: 9 },
  },
  // One lost probe of thousands is an ordinary day: the next one replaces it.
  'schedules-dropped': {
    well: { InvocationDroppedCount: 1, Invocations: 10_000 },
    trouble: { InvocationDroppedCount: 150, AsyncEventsDropped: 50, Invocations: 9_800 },
  },
  'probe-dead-letters': {
    well: { ApproximateNumberOfMessagesVisible: 1, Invocations: 10_000 },
    trouble: { ApproximateNumberOfMessagesVisible: 10_000 },
  },
  'fan-out-stopped': { well: { SchedulesWanted: 5 }, trouble: SILENCE },
  'fan-out-failing': { well: { Errors: 0 }, trouble: { Errors: 1 } },
  'fan-out-behind': { well: { SchedulesLeftOver: 0 }, trouble: { SchedulesLeftOver: 400 } },
  'fleet-unreachable': {
    well: FLEET,
    trouble: { HostsReachable: 600, HostsUnreachable: 400, HostsUnknown: 0 },
  },
  'prober-suspect': { well: { ProberSuspect: 0 }, trouble: { ProberSuspect: 1 } },
  'hosts-going-down': { well: { ...FLEET, HostsWentDown: 2 }, trouble: { ...FLEET, HostsWentDown: 300 } },
  'scans-waiting': {
    well: { ApproximateAgeOfOldestMessage: 20 },
    trouble: { ApproximateAgeOfOldestMessage: 1_200 },
  },
  'scan-dead-letters': {
    well: { ApproximateNumberOfMessagesVisible: 0 },
    trouble: { ApproximateNumberOfMessagesVisible: 1 },
  },
  'scans-without-a-verdict': { well: SILENCE, trouble: { NothingScored: 1 } },
  'drift-function-failing': { well: { Errors: 0 }, trouble: { Errors: 0, Faults: 2 } },
  'events-waiting': { well: { OldestEventWaitingSeconds: 5 }, trouble: { OldestEventWaitingSeconds: 900 } },
  'publish-function-failing': { well: { Errors: 0 }, trouble: { Errors: 1 } },
  'events-undelivered': {
    well: { ApproximateNumberOfMessagesVisible: 0 },
    trouble: { ApproximateNumberOfMessagesVisible: 4 },
  },
  'database-unreachable': { well: SILENCE, trouble: { DatabaseUnreachable: 1 } },
  'database-connections-near-the-limit': {
    well: { DatabaseConnections: 12 },
    trouble: { DatabaseConnections: 990 },
  },
  'database-capacity-near-the-limit': { well: { ACUUtilization: 30 }, trouble: { ACUUtilization: 99 } },
}

const alarmsOf = (synthesised: Synthesised): [string, AlarmProperties][] =>
  resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
    const [, title = ''] = /^fleet-awareness-[a-z]+-(.+)$/.exec(String(Properties.AlarmName)) ?? []
    return [title, Properties as AlarmProperties]
  })

const repeated = (period: Period, times: number): Period[] => Array.from({ length: times }, () => period)

describe('the alarms', () => {
  it.each(everyStage())(
    'every alarm of the stage %s goes off in its trouble, is silent before, and ends by itself after',
    (_stage, synthesised) => {
      const alarms = alarmsOf(synthesised)
      expect(alarms.length).toBeGreaterThan(10)
      for (const [title, alarm] of alarms) {
        const story = STORIES[title]
        if (story === undefined) throw new Error(`no story plays the alarm ${title}`)
        const periods = alarm.EvaluationPeriods
        const states = playAlarm(alarm, [
          ...repeated(story.well, periods + 2),
          ...repeated(story.trouble, periods),
          ...repeated(story.well, periods),
        ])
        expect(states.slice(0, periods + 2), `${title} on a good day`).toEqual(
          Array.from({ length: periods + 2 }, () => 'OK'),
        )
        expect(states[2 * periods + 1], `${title} in its trouble`).toBe('ALARM')
        expect(states.at(-1), `${title} after its trouble`).toBe('OK')
      }
    },
  )
})
