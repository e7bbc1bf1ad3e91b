import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { probeSsh } from '../../shared/net/tcp-probe.ts'
import { SSH_KEYGEN, SSHD, startSshd } from './sshd.ts'

const AMPLE_MS = 60_000
const isInstalled = SSHD !== undefined && SSH_KEYGEN !== undefined

describe('the sshd of this machine', () => {
  beforeEach(({ skip }) => skip(!isInstalled, 'a real SSH server: sshd and ssh-keygen are not installed'))

  it('the sshd of this machine is reachable', async () => {
    await using sshd = await startSshd([])
    expect(await probeSsh({ address: '127.0.0.1', port: sshd.port }, { budgetMs: AMPLE_MS })).toEqual({
      kind: 'reachable',
      responseMs: expect.any(Number),
      identification: expect.stringMatching(/^SSH-2\.0-OpenSSH_\d/),
    })
  })

  it('an sshd that is full is refusing, and not something else than SSH', async () => {
    await using sshd = await startSshd(['MaxStartups 1'])
    const holder = connect({ host: '127.0.0.1', port: sshd.port })
    await once(holder, 'data')
    const result = await probeSsh({ address: '127.0.0.1', port: sshd.port }, { budgetMs: AMPLE_MS })
    holder.destroy()
    expect(result).toEqual({ kind: 'unreachable', errorType: 'ssh_refusing' })
  })
})
