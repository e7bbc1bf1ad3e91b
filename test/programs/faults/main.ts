/**
 * `npm run test:faults [-- word…]`: what the system does when what it stands on fails. Plays one fault after
 * another on a fleet that changes meanwhile, or those whose name has one of the words, and prints a table.
 */
import { startFarm } from '../../support/servers/ssh-farm.ts'
import { alwaysEnds } from './ending.ts'
import { refuseFewFiles } from './open-files.ts'
import { createScans } from './scans.ts'
import { becomes, play, type Row } from './scenario.ts'
import { databaseScenarios } from './scenarios/database.ts'
import { DEADLINES, playDeadlines } from './scenarios/deadlines.ts'
import { handlerScenarios } from './scenarios/handlers.ts'
import { playMessages } from './scenarios/messages.ts'
import { playLostNetworks } from './scenarios/network.ts'
import { judgeEventsOfAll, playPublishing } from './scenarios/publishing.ts'
import { TIME_SCENARIOS } from './scenarios/scheduler.ts'
import { playStart } from './scenarios/start.ts'
import { printRow, printTable } from './table.ts'
import { startWorld } from './world.ts'

const HOSTS = 2_000
/** A host an open port, and a probe of each under way. */
const OPEN_FILES = 2 * HOSTS + 200
/** A cadence of 60 s takes 6 s: longer than a probe may, as in AWS. */
const SPEED = 10
const START_WITHIN_MS = 60_000
const SETTLED_WITHIN_MS = 60_000
/** It always ends, whatever hangs: in an orderly way it takes less than 8 minutes. */
const AT_MOST_MS = 14 * 60_000

refuseFewFiles(OPEN_FILES)
alwaysEnds(AT_MOST_MS)

const words = process.argv.slice(2)
const isWanted = (fault: string): boolean => words.length === 0 || words.some((word) => fault.includes(word))
const rows: Row[] = []
const skipped: string[] = []
const add = (row: Row): void => {
  rows.push(row)
  printRow(row)
}

async function playAll(): Promise<void> {
  await using farm = await startFarm(HOSTS, 'ssh')
  await using world = await startWorld({
    targets: farm.ports.map((port) => ({ address: '127.0.0.1', port })),
    setUp: (targets, isUp) =>
      farm.setUp(
        targets.map(({ port }) => port),
        isUp,
      ),
    speed: SPEED,
    intervalSeconds: 60,
    hostsPerSchedule: 100,
    concurrency: 4,
    environments: 'processes',
    databaseLimits: 'tight',
  })
  const isRight = await becomes(async () => (await world.fleet.wrong()) === 0, START_WITHIN_MS)
  if (!isRight) throw new Error(`the fleet did not come up: ${world.tally.take()}`)
  const scans = createScans(world)
  const scenarios = [...databaseScenarios(farm), ...handlerScenarios(farm), ...TIME_SCENARIOS]
  for (const scenario of scenarios) {
    if (isWanted(scenario.fault)) add(await play(world, scans, scenario))
  }
  if (isWanted('SQS messages')) add(await playMessages(world, scans))
  add(await judgeScansOfAll(scans))
  add(await judgeEventsOfAll(world))
}

async function judgeScansOfAll(scans: ReturnType<typeof createScans>): Promise<Row> {
  const startedMs = performance.now()
  const isSettled = await becomes(scans.areSettled, SETTLED_WITHIN_MS)
  const letters = await scans.deadLetters()
  const broken = [
    ...(await scans.misjudged()).slice(0, 3),
    ...letters.map((reason) => `a dead letter: ${reason}`),
  ]
  return {
    fault: 'scans announced during all of these',
    seen: 'each judged once',
    rightAfterMs: isSettled ? performance.now() - startedMs : null,
    broken: isSettled ? broken : ['messages are left in the queue', ...broken],
  }
}

/** Beside the others: its network is one of its own. */
async function playNetwork(): Promise<Row[]> {
  if (!isWanted('network of all hosts')) return []
  const result = await playLostNetworks()
  if ('skipped' in result) skipped.push(result.skipped)
  return 'skipped' in result ? [] : result
}

// Alone: its deadlines are short, and the others keep the machine busy.
if (isWanted(DEADLINES)) add(await playDeadlines())
for (const row of await playPublishing(isWanted)) add(row)
const [, network] = await Promise.all([playAll(), playNetwork()])
network.forEach(add)
if (isWanted('npm start')) add(await playStart())
printTable(rows, skipped)
process.exitCode = rows.every(({ broken }) => broken.length === 0) ? 0 : 1
