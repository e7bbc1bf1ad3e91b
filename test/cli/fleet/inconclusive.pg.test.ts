import { describe, expect, it } from 'vitest'
import { databaseUrl, fleet } from '../../support/fleet-command.ts'
import { ANSWER, environment, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const REFUSED = 'address_refused:loopback'
const OUT_OF_FILES = async () => ({ kind: 'inconclusive' as const, reason: 'EMFILE' })
const AT_TEN = new Date('2026-01-01T10:00:00Z')
const AT_ELEVEN = new Date('2026-01-01T11:00:00Z')

describe('a host whose address policy does not allow', () => {
  it('a host whose address policy refuses is shown as never probed, with the reason, in the fleet and by itself', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db, () => AT_TEN)
    const hosts = await addHosts(db.sql, 1)
    await db.sql`update policy set allowed_addresses = default`
    await invoke(deps, hosts, async () => ANSWER)

    const listed = await fleet(['--local', 'hosts'], databaseUrl(db))
    expect(listed.out).toMatch(/^host-1 .* unknown +– +never probed: address_refused:loopback +– +–$/m)
    const shown = await fleet(['--local', 'host', 'host-1'], databaseUrl(db))
    expect(shown.out).toMatch(/^last probe +never probed: address_refused:loopback$/m)
    expect(shown.out).toMatch(/^last attempt +2026-01-01T10:00:00Z$/m)

    const [listing] = (await fleet(['--local', '--json', 'hosts'], databaseUrl(db))).json()
    const inJson = {
      last_inconclusive_reason: REFUSED,
      last_attempt_at: AT_TEN.toISOString(),
      last_probe_at: null,
    }
    expect(listing).toMatchObject(inJson)
    const [detail] = (await fleet(['--local', '--json', 'host', 'host-1'], databaseUrl(db))).json()
    expect(detail).toMatchObject({ host: inJson })
  })
})

describe('a host that was probed before the prober ran out of descriptors', () => {
  it('a host keeps its last result, and shows that the last attempt had none, until one has', async () => {
    await using db = await freshDatabase()
    let now = AT_TEN
    await using deps = environment(db, () => now)
    const hosts = await addHosts(db.sql, 1)
    await invoke(deps, hosts, async () => ANSWER)
    now = AT_ELEVEN
    await invoke(deps, hosts, OUT_OF_FILES)

    const listed = await fleet(['--local', 'hosts'], databaseUrl(db))
    expect(listed.out).toMatch(
      /^host-1 .* reachable +0 ms +last attempt without result: EMFILE +\S+Z +2026-01-01T10:00:00Z$/m,
    )
    const shown = await fleet(['--local', 'host', 'host-1'], databaseUrl(db))
    expect(shown.out).toMatch(/^last probe +2026-01-01T10:00:00Z, answered in 0 ms$/m)
    expect(shown.out).toMatch(/^last attempt +2026-01-01T11:00:00Z, without result: EMFILE$/m)

    await invoke(deps, hosts, async () => ANSWER)
    const mended = await fleet(['--local', 'host', 'host-1'], databaseUrl(db))
    expect(mended.out).toMatch(/^last probe +2026-01-01T11:00:00Z, answered in 0 ms$/m)
    expect(mended.out).not.toContain('last attempt')
    expect((await fleet(['--local', 'hosts'], databaseUrl(db))).out).not.toContain('EMFILE')
  })
})
