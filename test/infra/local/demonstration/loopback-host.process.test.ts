import { describe, expect, it } from 'vitest'
import {
  BEHAVIOURS,
  loopbackFamilies,
  startLoopbackHost,
} from '../../../../infra/local/demonstration/loopback-host.ts'
import { probeSsh } from '../../../../shared/net/tcp-probe.ts'

const AMPLE_MS = 60_000

describe('a loopback host', () => {
  it.each(loopbackFamilies())(
    'a loopback host keeps its port through good days and bad ones, by IPv%d',
    async (family) => {
      await using host = await startLoopbackHost(BEHAVIOURS.healthy, family)
      const { port } = host
      const seen: string[] = []
      for (const behaviour of [
        'healthy',
        'dead',
        'dead',
        'slow',
        'refusing',
        'not_ssh',
        'dead',
        'healthy',
      ] as const) {
        await host.switchTo(BEHAVIOURS[behaviour])
        const result = await probeSsh(host, { budgetMs: AMPLE_MS })
        seen.push(result.kind === 'unreachable' ? result.errorType : result.kind)
      }
      expect(seen).toEqual([
        'reachable',
        'connection_refused',
        'connection_refused',
        'reachable',
        'ssh_refusing',
        'banner_mismatch',
        'connection_refused',
        'reachable',
      ])
      expect(host.port).toBe(port)
    },
  )

  it('a loopback host that starts dead comes alive where it was promised', async () => {
    await using host = await startLoopbackHost(BEHAVIOURS.dead)
    await host.switchTo(BEHAVIOURS.healthy)
    expect(await probeSsh(host, { budgetMs: AMPLE_MS })).toMatchObject({ kind: 'reachable' })
  })

  it('a loopback host cuts every connection when it stops', async () => {
    await using host = await startLoopbackHost(BEHAVIOURS.silent)
    const connected = Promise.withResolvers<void>()
    await host.switchTo(() => connected.resolve())
    const probe = probeSsh(host, { budgetMs: AMPLE_MS })
    await connected.promise
    await host.stop()
    expect(await probe).toEqual({ kind: 'unreachable', errorType: 'no_banner' })
  })
})
