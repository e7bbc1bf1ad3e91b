import { describe, expect, it } from 'vitest'
import {
  type AlarmProperties,
  childrenOf,
  type Period,
  playAlarm,
  playComposite,
} from '../../support/play-alarm.ts'
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

/** What the functions emit while there is no host. */
const EMPTY_FLEET = {
  HostsReachable: 0,
  HostsUnreachable: 0,
  HostsUnknown: 0,
  SecondsWithoutProbe: 0,
  OldestOverdueProbeSeconds: 0,
  SchedulesWanted: 1,
  SchedulesLeftOver: 0,
  OldestEventWaitingSeconds: 0,
  Errors: 0,
}

const STORIES: Readonly<Record<string, Story>> = {
  // Without a host to probe, as after a first deployment, the time without a probe is 0.
  'probes-stopped': { well: { SecondsWithoutProbe: 0 }, trouble: { SecondsWithoutProbe: 1_000 } },
  'probes-late': { well: { OldestOverdueProbeSeconds: 90 }, trouble: { OldestOverdueProbeSeconds: 700 } },
  'probe-function-failing': {
    well: { Errors: 3, Invocations: 10_000 },
    trouble: { Errors: 200, Invocations: 10_000 },
  },
  'probes-throttled': {
    well: { Throttles: 12, Invocations: 10_000 },
    trouble: { Throttles: 900, Invocations: 8_000 },
  },
  // A host whose address may not be probed is inconclusive for as long as it is in the fleet.
  'prober-at-fault': {
    well: { ProbesInconclusive: 9, AddressesRefused: 9, ProberFaults: 1, Probes: 10_000 },
    trouble: { ProbesInconclusive: 9, ProberFaults: 9, Probes: 30 },
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
  'fan-out-stopped': { well: { SchedulesWanted: 1 }, trouble: SILENCE },
  'fan-out-failing': { well: { Errors: 0 }, trouble: { Errors: 1 } },
  'fan-out-behind': { well: { SchedulesLeftOver: 0 }, trouble: { SchedulesLeftOver: 400 } },
  'fleet-unreachable': {
    well: FLEET,
    trouble: { HostsReachable: 600, HostsUnreachable: 400, HostsUnknown: 0 },
  },
  'prober-suspect': { well: { ProberSuspect: 0 }, trouble: { ProberSuspect: 1 } },
  'hosts-going-down': { well: { ...FLEET, HostsWentDown: 2 }, trouble: { ...FLEET, HostsWentDown: 300 } },
  'scan-files-waiting': {
    well: { ApproximateAgeOfOldestMessage: 300 },
    trouble: { ApproximateAgeOfOldestMessage: 3_600 },
  },
  'scan-file-dead-letters': {
    well: { ApproximateNumberOfMessagesVisible: 0 },
    trouble: { ApproximateNumberOfMessagesVisible: 1 },
  },
  'ingest-function-failing': { well: { Errors: 0 }, trouble: { Errors: 0, Faults: 2 } },
  'scans-waiting': {
    well: { ApproximateAgeOfOldestMessage: 20 },
    trouble: { ApproximateAgeOfOldestMessage: 1_200 },
  },
  'scan-dead-letters': {
    well: { ApproximateNumberOfMessagesVisible: 0 },
    trouble: { ApproximateNumberOfMessagesVisible: 1 },
  },
  'scans-without-a-verdict': {
    well: { NothingScored: 2, ScansJudged: 4_000 },
    trouble: { NothingScored: 3, ScansJudged: 40 },
  },
  'drift-function-failing': {
    well: { Errors: 0, Faults: 1, Invocations: 400 },
    trouble: { Errors: 0, Faults: 2, Invocations: 20 },
  },
  'events-waiting': { well: { OldestEventWaitingSeconds: 5 }, trouble: { OldestEventWaitingSeconds: 900 } },
  'publishing-stopped': { well: { OldestEventWaitingSeconds: 1 }, trouble: SILENCE },
  'publish-function-failing': { well: { Errors: 0 }, trouble: { Errors: 1 } },
  'events-undelivered': {
    well: { ApproximateNumberOfMessagesVisible: 0 },
    trouble: { ApproximateNumberOfMessagesVisible: 4 },
  },
  'inventory-failing': { well: { Errors: 0 }, trouble: { Errors: 1 } },
  'hosts-not-removed': { well: { InventoryRemovalsRefused: 0 }, trouble: { InventoryRemovalsRefused: 7 } },
  // One function counts each metric in its name here: a lost connection of 2,000, and a database that is down.
  'database-unreachable': {
    well: { DatabaseUnreachable: 1, Invocations: 2_000 },
    trouble: { DatabaseUnreachable: 1, Invocations: 3 },
  },
  'database-connections-near-the-limit': {
    well: { DatabaseConnections: 12 },
    trouble: { DatabaseConnections: 990 },
  },
  'database-capacity-near-the-limit': { well: { ACUUtilization: 30 }, trouble: { ACUUtilization: 99 } },
}

const alarmsOf = (synthesised: Synthesised) =>
  resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => {
    const [, title = ''] = /^fleet-awareness-[a-z]+-(.+)$/.exec(String(Properties.AlarmName)) ?? []
    return { id, title, alarm: Properties as AlarmProperties }
  })

const repeated = (period: Period, times: number): Period[] => Array.from({ length: times }, () => period)

/** Some good days, then trouble until the alarm must be on, then good days again. */
const storyOf = (title: string, { EvaluationPeriods: periods }: AlarmProperties): Period[] => {
  const story = STORIES[title]
  if (story === undefined) throw new Error(`no story plays the alarm ${title}`)
  return [
    ...repeated(story.well, periods + 2),
    ...repeated(story.trouble, periods),
    ...repeated(story.well, periods),
  ]
}

describe('the alarms', () => {
  it.each(everyStage())(
    'every alarm of the stage %s goes off in its trouble, is silent before, and ends by itself after',
    (stage, synthesised) => {
      const alarms = alarmsOf(synthesised)
      // The emulator has no alarms on arithmetic.
      expect(alarms.length).toBeGreaterThan(stage === 'emulated' ? 7 : 20)
      for (const { title, alarm } of alarms) {
        const periods = alarm.EvaluationPeriods
        const states = playAlarm(alarm, storyOf(title, alarm))
        expect(states.slice(0, periods + 2), `${title} on a good day`).toEqual(
          Array.from({ length: periods + 2 }, () => 'OK'),
        )
        expect(states[2 * periods + 1], `${title} in its trouble`).toBe('ALARM')
        expect(states.at(-1), `${title} after its trouble`).toBe('OK')
      }
    },
  )

  it.each(everyStage().filter(([stage]) => stage !== 'emulated'))(
    'every alarm of the stage %s raises that of one question of the dashboard, which ends with it',
    (_stage, synthesised) => {
      const alarms = alarmsOf(synthesised)
      const composites = resourcesOf(synthesised, 'AWS::CloudWatch::CompositeAlarm')
      const children = composites.map(([, { Properties }]) => childrenOf(Properties.AlarmRule))
      expect(children.flat().sort()).toEqual(alarms.map(({ id }) => id).sort())
      const quiet = (alarm: AlarmProperties, title: string, length: number) =>
        playAlarm(alarm, repeated(STORIES[title]?.well ?? SILENCE, length))
      for (const ids of children) {
        const members = alarms.filter(({ id }) => ids.includes(id))
        for (const { title, alarm } of members) {
          const states = playAlarm(alarm, storyOf(title, alarm))
          const others = members.filter((member) => member.title !== title)
          const composite = playComposite([
            states,
            ...others.map((other) => quiet(other.alarm, other.title, states.length)),
          ])
          expect(composite, title).toEqual(states)
        }
      }
    },
  )

  it.each(everyStage())(
    'no alarm of the stage %s goes off at a first deployment, which has no hosts and no data but that migrations ran',
    (_stage, synthesised) => {
      /** Ten minutes before the deployment, migrations, three minutes without a function that runs, then an empty fleet. */
      const minutes: Period[] = [
        ...repeated(SILENCE, 10),
        { Invocations: 1 },
        ...repeated(SILENCE, 3),
        ...repeated(EMPTY_FLEET, 30),
      ]
      const migratedAt = 10
      for (const { title, alarm } of alarmsOf(synthesised)) {
        const perPeriod = (alarm.Period ?? alarm.Metrics?.[0]?.MetricStat?.Period ?? 60) / 60
        const periods = minutes.filter((_, minute) => minute % perPeriod === 0 || minute === migratedAt)
        // It exists after the migrations: what it would have said before, nobody hears.
        const states = playAlarm(alarm, periods).slice(periods.indexOf(minutes[migratedAt] ?? SILENCE))
        expect(states, title).not.toContain('ALARM')
      }
    },
  )
})
