import { describe, expect, it } from 'vitest'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import type { Observation } from '../../../shared/domain/reachability.ts'
import { environment, FAILURE, invoke, lambdaContext } from '../../support/functions/probe.ts'
import { addHosts, addHostsAt } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { startSshServer } from '../../support/servers/ssh-server.ts'

const answer = (identification: string): Observation => ({ kind: 'reachable', responseMs: 1, identification })

const changesOf = ({ sql }: TestDatabase) => sql`
  select detail ->> 'before' as before, detail ->> 'after' as after from audit_events
  where action = 'host.ssh_identification.changed' order by sequence`

describe('another SSH server', () => {
  it('another SSH server at the address of a host is reported once, with both identifications', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const seen = [
      answer('SSH-2.0-OpenSSH_9.6'),
      answer('SSH-2.0-OpenSSH_9.6'),
      FAILURE,
      answer('SSH-2.0-OpenSSH_9.9'),
      answer('SSH-2.0-OpenSSH_9.9'),
    ]
    for (const observation of seen) await invoke(probe, hosts, async () => observation)
    expect(await changesOf(db)).toEqual([{ before: 'SSH-2.0-OpenSSH_9.6', after: 'SSH-2.0-OpenSSH_9.9' }])
  })

  it('another SSH server is reported beside the change of status, where a host comes back as another', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const hosts = await addHosts(db.sql, 1)
    for (const observation of [answer('SSH-2.0-a'), FAILURE, FAILURE, answer('SSH-2.0-b')]) {
      await invoke(probe, hosts, async () => observation)
    }
    const rows =
      await db.sql`select action, detail ->> 'new_status' as to from audit_events order by sequence`
    expect(rows).toHaveLength(4)
    expect(rows.slice(2)).toEqual(
      expect.arrayContaining([
        { action: 'host.connectivity.checked', to: 'reachable' },
        { action: 'host.ssh_identification.changed', to: null },
      ]),
    )
  })

  it('another SSH server is no news at another address: the host starts anew there', async () => {
    await using db = await freshDatabase()
    await using probe = environment(db)
    const hosts = await addHosts(db.sql, 1)
    await invoke(probe, hosts, async () => answer('SSH-2.0-a'))
    await db.sql`update hosts set ip_address = '127.0.0.2'`
    await invoke(probe, hosts, async () => answer('SSH-2.0-b'))
    expect(await changesOf(db)).toEqual([])
  })

  it('another SSH server is in the answer and in the log line that starts publishing', async () => {
    await using db = await freshDatabase()
    await using server = await startSshServer()
    await using probe = environment(db)
    const [hostId] = await addHostsAt(db.sql, [server.port])
    const handler = createProbeHandler(probe)
    await handler({ hostIds: [hostId] }, lambdaContext())
    await db.sql`update host_liveness set ssh_identification = 'SSH-2.0-before'`
    expect(await handler({ hostIds: [hostId] }, lambdaContext())).toMatchObject({
      outcomes: [{ outcome: 'probed', priorIdentification: 'SSH-2.0-before' }],
    })
    expect(probe.output.lines.filter(({ message }) => message === 'identification changed')).toMatchObject([
      { hostId, before: 'SSH-2.0-before', after: expect.stringMatching(/^SSH-2\.0-/) },
    ])
  })
})
