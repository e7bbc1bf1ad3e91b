/** `npm run bench:peers`: this system beside what others use, on the same hosts, in one run. */
import { parseArgs } from 'node:util'
import { startBenchDatabase } from '../../../support/postgres/prepared-database.ts'
import { driftTable, measureDrift } from './drift.ts'
import { findPeer, howToInstall, PEERS, type Peer, usualFolders } from './find-peer.ts'
import { ALL_SERVERS, hostileTable, judgeHostile } from './hostile.ts'
import { measureSpeed, speedTable } from './speed.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Hosts of a round, 1 to 500. */
    hosts: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '15' },
    /** A folder with the peers' programs, instead of the PATH and where plugins usually are. */
    peers: { type: 'string' },
    /** A glance: the quick servers and short logs only. */
    brief: { type: 'boolean', default: false },
  },
})

const tell = (line: string): boolean => process.stderr.write(`${line}\n`)
const wholeNumber = (text: string, most: number): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`not a whole number from 1 to ${most}: ${text}`)
}
const hosts = wholeNumber(values.hosts, 500)
const rounds = wholeNumber(values.rounds, 1_000)
const folders = values.peers === undefined ? usualFolders(process.env.PATH ?? '') : [values.peers]
const programs = { blackbox: findPeer('blackbox', folders), checkSsh: findPeer('checkSsh', folders) }
for (const peer of Object.keys(PEERS) as Peer[]) if (programs[peer] === null) tell(howToInstall(peer))

const histories = values.brief
  ? [{ hosts: 2, scansEach: 2 }]
  : [
      { hosts: 200, scansEach: 2 },
      { hosts: 20, scansEach: 200 },
    ]
await using db = await startBenchDatabase()
tell(`probing ${hosts} hosts, ${rounds} rounds …`)
const speed = await measureSpeed(db, programs, { hosts, rounds })
tell('meeting hostile servers …')
const hostile = await judgeHostile(programs, values.brief ? ['healthy', 'closed at once'] : ALL_SERVERS)
tell('judging drift …')
const drift = await measureDrift(db, { rounds, histories })

process.stdout.write(
  values.json
    ? `${JSON.stringify({ speed, hostile, drift })}\n`
    : `${[speedTable(speed), hostileTable(hostile), driftTable(drift)].join('\n\n')}\n`,
)
