import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  BEHAVIOURS,
  type Behaviour,
  loopbackFamilies,
  startLoopbackHost,
} from '../../infra/local/demonstration/loopback-host.ts'
import type { FailureKind, ProbeResult } from '../../shared/domain/reachability.ts'
import { PROBE_BUDGET_MS, probeSsh } from '../../shared/net/tcp-probe.ts'
import { startBlackHole } from '../support/servers/black-hole.ts'
import { HOSTILE_SERVERS, type HostileServer, OPENSSH } from '../support/servers/hostile-server.ts'

/** No result below may come of a budget that ran out on a busy machine, unless it is meant to. */
const AMPLE_MS = 60_000
/** Long enough for a busy machine to connect in, short enough to wait for. */
const SHORT_MS = 3_000

const unreachable = (errorType: FailureKind): ProbeResult => ({ kind: 'unreachable', errorType })

async function probeOf(behaviour: Behaviour, options: { budgetMs?: number; signal?: AbortSignal } = {}) {
  await using host = await startLoopbackHost(behaviour)
  return await probeSsh(host, { budgetMs: AMPLE_MS, ...options })
}

describe.concurrent('a server that identifies itself is reachable', () => {
  it.each<[HostileServer, string]>([
    ['healthy', 'SSH-2.0-OpenSSH_9.9p1 Loopback'],
    ['slow', 'SSH-2.0-OpenSSH_9.9p1 Loopback'],
    ['identification with a bare line feed, then closed', OPENSSH],
    ['lines before the identification', OPENSSH],
    ['a 400-byte notice first', OPENSSH],
    ['one byte every 50 ms', OPENSSH],
    ['SSH-1.99', 'SSH-1.99-Cisco-1.25'],
    ['no line end, held open', OPENSSH],
    ['no line end, closed', OPENSSH],
    ['ESC, NUL and bad UTF-8', 'SSH-2.0-a[31mbc?d?'],
    ['an endless identification', `SSH-2.0-${'x'.repeat(248)}`],
  ])('a server that identifies itself is reachable: %s', async (name, identification) => {
    const result = await probeOf(HOSTILE_SERVERS[name])
    expect(result).toEqual({ kind: 'reachable', responseMs: expect.any(Number), identification })
  })
})

describe.concurrent('a server that does not is unreachable, and why is known', () => {
  it.each<[HostileServer, FailureKind]>([
    ['Exceeded MaxStartups', 'ssh_refusing'],
    ['Not allowed at this time', 'ssh_refusing'],
    ['an HTTP answer', 'banner_mismatch'],
    ['SSH-1.5', 'banner_mismatch'],
    ['endless bytes', 'banner_mismatch'],
    ['endless lines', 'banner_mismatch'],
    ['closed at once', 'no_banner'],
    ['reset at once', 'connection_reset'],
    ['nothing listening', 'connection_refused'],
  ])('a server that does not identify itself (%s) is unreachable: %s', async (name, errorType) => {
    expect(await probeOf(HOSTILE_SERVERS[name])).toEqual(unreachable(errorType))
  })

  it.each<[HostileServer, FailureKind]>([
    ['silence', 'banner_timeout'],
    ['an HTTP answer, held open', 'banner_mismatch'],
  ])(
    'a server that has not identified itself (%s) is unreachable when the budget ends: %s',
    async (name, errorType) => {
      expect(await probeOf(HOSTILE_SERVERS[name], { budgetMs: SHORT_MS })).toEqual(unreachable(errorType))
    },
  )

  it('a listener that accepts nobody is unreachable when the budget ends: tcp_timeout', async () => {
    await using hole = await startBlackHole()
    const result = await probeSsh({ address: '127.0.0.1', port: hole.port }, { budgetMs: SHORT_MS })
    expect(result).toEqual(unreachable('tcp_timeout'))
  })
})

describe.concurrent('the probe', () => {
  it('the probe has five seconds for connect and banner together', () => {
    expect(PROBE_BUDGET_MS).toBe(5000)
  })

  it.each(loopbackFamilies())('the probe reaches hosts by IPv%d', async (family) => {
    await using host = await startLoopbackHost(BEHAVIOURS.healthy, family)
    expect(isIP(host.address)).toBe(family)
    expect(await probeSsh(host, { budgetMs: AMPLE_MS })).toMatchObject({ kind: 'reachable' })
  })

  it('the probe sends nothing, and closes what it opened', async () => {
    let receivedBytes = 0
    const closed = Promise.withResolvers<void>()
    await using host = await startLoopbackHost((socket) => {
      socket.on('data', (bytes) => {
        receivedBytes += bytes.length
      })
      socket.once('close', () => closed.resolve())
      socket.write(`${OPENSSH}\r\n`)
    })
    expect(await probeSsh(host, { budgetMs: AMPLE_MS })).toMatchObject({ kind: 'reachable' })
    await closed.promise
    expect(receivedBytes).toBe(0)
  })

  it('the probe measures until the identification is there, in whole milliseconds', async () => {
    const result = await probeOf(async (socket) => {
      await pause(1_200)
      socket.write(OPENSSH)
    })
    if (result.kind !== 'reachable') throw new Error(JSON.stringify(result))
    expect(Number.isInteger(result.responseMs)).toBe(true)
    expect(result.responseMs).toBeGreaterThanOrEqual(1_190)
  })

  it('the probe does not wait out its budget for a line end that never comes', async () => {
    const startedAt = performance.now()
    await probeOf(HOSTILE_SERVERS['no line end, held open'])
    expect(performance.now() - startedAt).toBeLessThan(AMPLE_MS / 2)
  })

  it('the probe takes an identification without line end when the budget ends before the pause does', async () => {
    const result = await probeOf(
      (socket) => {
        const timer = setInterval(() => socket.write('x'), 100)
        socket.once('close', () => clearInterval(timer))
        socket.write(`${OPENSSH}-`)
      },
      { budgetMs: SHORT_MS },
    )
    expect(result).toMatchObject({
      kind: 'reachable',
      identification: expect.stringMatching(/9p1 Debian-3-x+$/),
    })
  })

  it('the probe keeps an identification that a reset follows', async () => {
    const result = await probeOf(async (socket) => {
      socket.write(OPENSSH)
      for (let i = 0; i < 10 && !socket.destroyed; i++) {
        await pause(200)
        socket.write('x')
      }
      socket.resetAndDestroy()
    })
    expect(result).toMatchObject({
      kind: 'reachable',
      identification: expect.stringMatching(/9p1 Debian-3x+$/),
    })
  })

  it.each(['localhost', 'host.example', '', '127.0.0.1:22', '[::1]', '127.0.0.1/32', '256.1.1.1'])(
    'the probe connects to addresses only: %j is inconclusive',
    async (address) => {
      expect(await probeSsh({ address, port: 22 })).toEqual({
        kind: 'inconclusive',
        reason: 'invalid_address',
      })
    },
  )

  it.each([0, -1, 65_536, 22.5, Number.NaN])('a probe of port %d is inconclusive', async (port) => {
    expect(await probeSsh({ address: '127.0.0.1', port })).toEqual({
      kind: 'inconclusive',
      reason: 'invalid_port',
    })
  })

  it('the probe is inconclusive when it is aborted, before and on the way', async () => {
    const aborted = { kind: 'inconclusive', reason: 'aborted' }
    expect(await probeOf(BEHAVIOURS.healthy, { signal: AbortSignal.abort() })).toEqual(aborted)
    const controller = new AbortController()
    const connected = Promise.withResolvers<void>()
    const probe = probeOf(() => connected.resolve(), { signal: controller.signal })
    await connected.promise
    controller.abort()
    expect(await probe).toEqual(aborted)
  })
})

describe('a program that stops in the middle of a probe', () => {
  it('a program that stops in the middle of a probe holds its own sleep against no host', async () => {
    await using host = await startLoopbackHost(BEHAVIOURS.silent)
    const probe = probeSsh(host, { budgetMs: 100 })
    sleep(2_500)
    expect(await probe).toEqual({ kind: 'inconclusive', reason: 'prober_stalled' })
  })

  it('a program that stops in the middle of a probe still reads what came while it slept', async () => {
    const connected = Promise.withResolvers<Socket>()
    await using host = await startLoopbackHost((socket) => connected.resolve(socket))
    const probe = probeSsh(host, { budgetMs: SHORT_MS })
    const socket = await connected.promise
    socket.write(`${OPENSSH}\r\n`)
    sleep(SHORT_MS + 2_500)
    expect(await probe).toMatchObject({ kind: 'reachable', identification: OPENSSH })
  })
})

describe('a prober without enough file descriptors', () => {
  it('a prober without enough file descriptors holds it against no host', async () => {
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    const script = fileURLToPath(new URL('probe-many.ts', import.meta.url))
    const command = 'ulimit -n 128 && exec "$0" "$@"'
    const args = ['-c', command, process.execPath, script, String(host.port), '300']
    const { stdout } = await promisify(execFile)('/bin/sh', args)
    const { reachable, inconclusive, unreachable, reasons } = JSON.parse(stdout)
    expect(reasons).toEqual(['EMFILE'])
    expect(unreachable).toBe(0)
    expect(reachable).toBeGreaterThan(0)
    expect(reachable + inconclusive).toBe(300)
  })
})

describe('five hundred probes at once on one signal', () => {
  it('five hundred probes at once on one signal all succeed, warn of no leak and leave nothing behind', async () => {
    await using host = await startLoopbackHost(BEHAVIOURS.healthy)
    await using silent = await startLoopbackHost(BEHAVIOURS.silent)
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const { signal } = new AbortController()
    await expect.poll(resources).toMatchObject({ sockets: 0, servers: 2 })
    const probes = Array.from({ length: 500 }, (_, i) =>
      probeSsh(i % 5 === 0 ? silent : host, { budgetMs: i % 5 === 0 ? SHORT_MS : AMPLE_MS, signal }),
    )
    const results = await Promise.all(probes)
    expect(results.filter((result) => result.kind === 'reachable')).toHaveLength(400)
    expect(results.filter((result) => result.kind === 'unreachable')).toHaveLength(100)
    await host.stop()
    await silent.stop()
    await expect.poll(resources).toMatchObject({ sockets: 0, servers: 0 })
    expect(resources().timers).toBeLessThan(100)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(warnings).toEqual([])
    process.off('warning', onWarning)
  })
})

/** As a Lambda sleeps that is frozen: no timer runs, nothing is read. */
const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function resources() {
  const count = (kind: string) => process.getActiveResourcesInfo().filter((name) => name === kind).length
  return {
    sockets: count('TCPSocketWrap') + count('TCPConnectWrap'),
    timers: count('Timeout'),
    servers: count('TCPServerWrap'),
  }
}
