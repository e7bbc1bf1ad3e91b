import { connect, isIP, type Socket } from 'node:net'
import {
  type BannerVerdict,
  isWellFormed,
  judgeUnfinished,
  NOTHING_READ,
  readBanner,
  type UnfinishedBanner,
} from '../domain/banner.ts'
import type { ProbeResult } from '../domain/reachability.ts'
import { watchAbort } from './abort.ts'
import { classifyError } from './errno.ts'

/** Connect and banner together. */
export const PROBE_BUDGET_MS = 5000
/**
 * How long an identification that lacks its line end may pause before it is taken as it is. Far above the pauses
 * of a server that sends byte by byte, far below the budget.
 */
export const QUIET_MS = 1000
/** A budget that ends this late was slept through: a frozen Lambda, or a starved one. It says nothing of a host. */
export const STALL_MS = 2000
/** Nearly every banner fits, and all that a probe reads at a time is held in it. */
const READ_BUFFER_BYTES = 512
const MAX_PORT = 65_535
const ABORTED: ProbeResult = { kind: 'inconclusive', reason: 'aborted' }

export type ProbeTarget = {
  /** An IPv4 or IPv6 address as text. Names are not resolved: a slow resolver would look like a dead host. */
  readonly address: string
  readonly port: number
}

export type ProbeOptions = { readonly budgetMs?: number; readonly signal?: AbortSignal }

/**
 * Connects, reads the server's SSH identification and closes. Sends nothing. Never rejects: what is no fault of
 * the host's (an errno of this side, an abort, a target that cannot be connected to) is `inconclusive`.
 */
export function probeSsh(target: ProbeTarget, options: ProbeOptions = {}): Promise<ProbeResult> {
  const fault = unusable(target, options.signal)
  if (fault !== null) return Promise.resolve({ kind: 'inconclusive', reason: fault })
  return new Promise((resolve) => {
    new Probe(target, options, resolve)
  })
}

function unusable(target: ProbeTarget, signal: AbortSignal | undefined): string | null {
  if (isIP(target.address) === 0) return 'invalid_address'
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > MAX_PORT) return 'invalid_port'
  return signal?.aborted ? 'aborted' : null
}

/** One probe under way. Whatever ends it ends all of it: the socket, both timers, the watch on the signal. */
class Probe {
  readonly #resolve: (result: ProbeResult) => void
  readonly #socket: Socket
  readonly #budgetMs: number
  readonly #startedAt = performance.now()
  readonly #budget: NodeJS.Timeout
  readonly #unwatch: (() => void) | undefined
  #quiet: NodeJS.Timeout | undefined
  #banner: UnfinishedBanner = NOTHING_READ
  #lastReadAt = 0
  #settled = false

  constructor(target: ProbeTarget, options: ProbeOptions, resolve: (result: ProbeResult) => void) {
    this.#resolve = resolve
    this.#budgetMs = options.budgetMs ?? PROBE_BUDGET_MS
    this.#socket = connect({
      host: target.address,
      port: target.port,
      autoSelectFamily: false,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES),
        callback: (length, buffer) => this.#read(buffer.subarray(0, length)),
      },
    })
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('end', () => this.#judge(judgeUnfinished(this.#banner, 'closed')))
    this.#budget = setTimeout(() => this.#expire(), this.#budgetMs)
    this.#unwatch = options.signal && watchAbort(options.signal, () => this.#settle(ABORTED))
  }

  #read(bytes: Uint8Array): boolean {
    if (this.#settled) return false
    this.#lastReadAt = performance.now()
    const banner = readBanner(this.#banner, bytes)
    if (banner.kind !== 'unfinished') {
      this.#judge(banner)
      return false
    }
    this.#banner = banner
    clearTimeout(this.#quiet)
    if (isWellFormed(banner))
      this.#quiet = setTimeout(() => this.#judge(judgeUnfinished(banner, 'time_over')), QUIET_MS)
    return true
  }

  #expire(): void {
    const lateMs = performance.now() - this.#startedAt - this.#budgetMs
    // What has arrived already is read first: a turn of the event loop runs timers, then reads, then this.
    setImmediate(() => this.#judgeTime(lateMs))
  }

  #judgeTime(lateMs: number): void {
    if (lateMs > STALL_MS && !isWellFormed(this.#banner)) {
      this.#settle({ kind: 'inconclusive', reason: 'prober_stalled' })
    } else if (this.#socket.connecting) {
      this.#settle({ kind: 'unreachable', errorType: 'tcp_timeout' })
    } else {
      this.#judge(judgeUnfinished(this.#banner, 'time_over'))
    }
  }

  /** An error after an identification or a refusal takes nothing back of it. */
  #fail(error: Error): void {
    const verdict = judgeUnfinished(this.#banner, 'closed')
    if (verdict.kind === 'identified' || verdict.errorType === 'ssh_refusing') this.#judge(verdict)
    else this.#settle(classifyError(error))
  }

  #judge(verdict: BannerVerdict): void {
    if (verdict.kind === 'failed') {
      this.#settle({ kind: 'unreachable', errorType: verdict.errorType })
    } else {
      const responseMs = Math.round(this.#lastReadAt - this.#startedAt)
      this.#settle({ kind: 'reachable', responseMs, identification: verdict.identification })
    }
  }

  #settle(result: ProbeResult): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#budget)
    clearTimeout(this.#quiet)
    this.#unwatch?.()
    this.#socket.destroy()
    this.#resolve(result)
  }
}
