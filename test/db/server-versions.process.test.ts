import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { accountForServer } from '../../infra/local/postgres/account.ts'
import { type Binaries, findBinaries } from '../../infra/local/postgres/binaries.ts'
import { startPostgres } from '../../infra/local/postgres/server.ts'
import { claimHosts } from '../../shared/db/claims.ts'
import { connect } from '../../shared/db/client.ts'
import { readFleet } from '../../shared/db/fleet-snapshot.ts'
import { saveProbes } from '../../shared/db/liveness.ts'
import { migrate } from '../../shared/db/migrate.ts'
import { openDatabase } from '../../shared/db/transaction.ts'
import { NEVER_PROBED } from '../../shared/domain/reachability.ts'
import { recordScan } from '../../shared/producer/record-scan.ts'
import { addHostsAt } from '../support/hosts.ts'
import { MIGRATIONS, ROOT } from '../support/repository.ts'

/** Where Debian, Ubuntu and the builds for macOS put other major versions. POSTGRES_BIN adds folders of your own. */
const ROOTS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']
const FOLDERS = [
  ...(process.env.POSTGRES_BIN?.split(':') ?? []),
  ...ROOTS.filter((root) => existsSync(root)).flatMap((root) =>
    readdirSync(root).map((name) => join(root, name, 'bin')),
  ),
]

/** The major versions that README.md promises. */
function promisedVersions(): number[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, oldest, newest] = /PostgreSQL \((\d+) to (\d+)\)/.exec(readme) ?? []
  return Array.from({ length: Number(newest) - Number(oldest) + 1 }, (_, i) => Number(oldest) + i)
}

/** The servers of this machine by major version: those that are installed, and the one that npm brings. */
async function installedServers(): Promise<Map<number, Binaries>> {
  const fromNpm = await findBinaries(accountForServer() !== null)
  const installed = FOLDERS.map((bin) => ({ postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }))
  const servers = [fromNpm, ...installed].filter((server) =>
    Object.values(server).every((path) => existsSync(path)),
  )
  return new Map(servers.map((server) => [majorVersion(server), server]))
}

const majorVersion = ({ postgres }: Binaries): number =>
  Number(/PostgreSQL\) (\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1])

describe('each version of PostgreSQL that the README names', async () => {
  const servers = await installedServers()

  it.for(promisedVersions())(
    'PostgreSQL %i takes the migrations, and each function can do its work on it',
    async (version, { skip }) => {
      const binaries = servers.get(version)
      if (binaries === undefined) {
        return skip(
          `PostgreSQL ${version}: it is not installed; .ci/run postgres ${version} tests it on a server from npm`,
        )
      }
      const folder = mkdtempSync('/tmp/fleet-awareness-version-')
      const server = await startPostgres({ folder, temporary: true, binaries })
      const sql = connect(server.admin)
      try {
        expect((await migrate(sql, MIGRATIONS)).version).toBeGreaterThan(6)
        expect((await migrate(sql, MIGRATIONS)).applied).toEqual([])
        await sql.unsafe("alter role awareness_probe password 'probe'")
        const [host] = await addHostsAt(sql, [2222])
        if (host === undefined) throw new Error('a host was added')

        const database = openDatabase({ ...server.admin, username: 'awareness_probe', password: 'probe' })
        await database.transaction('write', async (tx) => {
          const { hosts } = await claimHosts(tx, [host])
          expect(hosts).toMatchObject([{ hostId: host, port: 2222, reachability: NEVER_PROBED }])
          const unknown = { responseMs: null, errorType: null, identification: null, hasChanged: false }
          const observed = hosts.map((claimed) => ({ host: claimed, reachability: NEVER_PROBED, ...unknown }))
          const attempt = { attemptedAt: new Date(), scheduledFor: null }
          await saveProbes(tx, { ...attempt, observed, inconclusive: [] }, [])
        })
        await database.close()
        expect((await sql.begin((tx) => readFleet(tx, new Date()))).hosts).toHaveLength(1)
        const results = [{ ruleId: 'r', status: 'pass' as const, severity: 'low' }]
        const scan = {
          hostId: host,
          scanId: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
          completedAt: new Date(),
          results,
        }
        expect(await recordScan(sql, scan)).toMatchObject({ outcome: 'recorded' })
      } finally {
        await sql.end()
        await server.stop()
      }
    },
  )
})
