import type { BEHAVIOURS } from './loopback-host.ts'

type BehaviourName = keyof typeof BEHAVIOURS

/** The behaviour of a host in each tick. A tick is half of the probe interval. */
export type Script = (tick: number) => BehaviourName

export type Part = { readonly name: string; readonly script: Script; readonly family: 4 | 6 }

const always =
  (behaviour: BehaviourName): Script =>
  () =>
    behaviour

/** The host is down for long enough to become unreachable (two failures in a row), then up for as long. */
const FLAPPING_TICKS = 10
/** It then is up for so many ticks: longer than the half hour without a change after which a host is flapping no longer. */
const QUIET_TICKS = 30
const RESTLESS_TICKS = 4 * FLAPPING_TICKS
const flapping =
  (offset: number): Script =>
  (tick) => {
    const inRound = (tick + offset) % (RESTLESS_TICKS + QUIET_TICKS)
    return inRound < RESTLESS_TICKS && inRound % FLAPPING_TICKS >= FLAPPING_TICKS / 2 ? 'dead' : 'healthy'
  }

/** The hosts have an outage one after another, two or three at the same time. */
const OUTAGE_TICKS = 7
const TICKS_BETWEEN_OUTAGES = 3
const OUTAGES: readonly BehaviourName[] = ['dead', 'silent', 'refusing', 'dead', 'not_ssh']
const WITH_OUTAGES = 8
const outage =
  (turn: number): Script =>
  (tick) => {
    const begins = (turn + 1) * TICKS_BETWEEN_OUTAGES
    const sinceBegin = (tick - begins) % (WITH_OUTAGES * TICKS_BETWEEN_OUTAGES)
    const isDown = tick >= begins && sinceBegin < OUTAGE_TICKS
    return isDown ? (OUTAGES[turn % OUTAGES.length] ?? 'dead') : 'healthy'
  }

/** After two minutes of real time nothing gets through for eight minutes of fleet time, and then again and again. */
const NETWORK_FAILURE = { firstTick: 48, ticks: 3, everyTicks: 240 } as const

/** The behaviour of a host whose script says this, as the prober sees it through the network. */
export function playedBehaviour(script: Script, tick: number): BehaviourName {
  const { firstTick, ticks, everyTicks } = NETWORK_FAILURE
  const inRound = tick % everyTicks
  return inRound >= firstTick && inRound < firstTick + ticks ? 'dead' : script(tick)
}

const numbered = (prefix: string, count: number, script: (i: number) => Script, family: 4 | 6 = 4): Part[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `${prefix}-${String(i + 1).padStart(2, '0')}`,
    script: script(i),
    family,
  }))

/** Forty hosts of every kind. */
export const SCRIPTS: readonly Part[] = [
  ...numbered('web', 10, () => always('healthy')),
  ...numbered('cache', 4, () => always('healthy')),
  ...numbered('db', 4, outage),
  ...numbered('api', 4, (i) => outage(i + 4)),
  ...numbered('batch', 4, () => always('slow')),
  ...numbered('flapping', 4, (i) => flapping(i * 2)),
  ...numbered('ipv6', 2, () => always('healthy'), 6),
  ...numbered('silent', 2, () => always('silent')),
  ...numbered('not-ssh', 2, () => always('not_ssh')),
  ...numbered('refusing', 2, () => always('refusing')),
  ...numbered('dead', 2, () => always('dead')),
]
