import type { FailureKind } from './reachability.ts'

/** Bytes that a server may send before its identification (RFC 4253, section 4.2, names no limit: this is ours). */
export const MAX_LINES_BEFORE_BYTES = 8 * 1024
/** Bytes kept of an identification: the RFC allows 255 with its line end. What is longer is cut, not refused. */
export const MAX_IDENTIFICATION_BYTES = 256

/** What has been read while nothing is decided yet. It never holds more than one cut line. */
export type UnfinishedBanner = {
  readonly kind: 'unfinished'
  /** Bytes of earlier lines, all skipped, line ends included. */
  readonly skippedBytes: number
  /** Bytes of the line being read. */
  readonly lineBytes: number
  /** The start of that line, at most `MAX_IDENTIFICATION_BYTES`: a copy, so that no read buffer stays alive. */
  readonly line: Uint8Array
}

export type BannerVerdict =
  | { readonly kind: 'identified'; readonly identification: string }
  | { readonly kind: 'failed'; readonly errorType: FailureKind }

/** The state of a reader before the first byte. */
export const NOTHING_READ: UnfinishedBanner = {
  kind: 'unfinished',
  skippedBytes: 0,
  lineBytes: 0,
  line: new Uint8Array(0),
}

const LINE_FEED = 0x0a
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const IDENTIFICATION_START = ascii('SSH-')
/** 1.99 is a server of protocol 2 that speaks protocol 1 as well (RFC 4253, section 5.1). */
const ACCEPTED_STARTS = [ascii('SSH-2.0-'), ascii('SSH-1.99-')]
/** The lines with which sshd refuses a client before it identifies itself: MaxStartups and PerSourcePenalties. */
const REFUSALS = [ascii('Exceeded MaxStartups'), ascii('Not allowed at this time')]

const MISMATCH: BannerVerdict = { kind: 'failed', errorType: 'banner_mismatch' }
const REFUSING: BannerVerdict = { kind: 'failed', errorType: 'ssh_refusing' }

/** Reads on. However a server's bytes are split, the verdict is the same. */
export function readBanner(soFar: UnfinishedBanner, bytes: Uint8Array): UnfinishedBanner | BannerVerdict {
  let banner = soFar
  let from = 0
  while (from < bytes.length) {
    const lineEnd = bytes.indexOf(LINE_FEED, from)
    const complete = lineEnd !== -1
    banner = extendLine(banner, bytes.subarray(from, complete ? lineEnd : bytes.length))
    const verdict = judgeLine(banner, complete)
    if (verdict !== null) return verdict
    if (!complete) return banner
    banner = { ...NOTHING_READ, skippedBytes: banner.skippedBytes + banner.lineBytes + 1 }
    from = lineEnd + 1
  }
  return banner
}

/** Whether an identification is there that lacks nothing but its line end. More of it may still come. */
export function isWellFormed(banner: UnfinishedBanner): boolean {
  return ACCEPTED_STARTS.some(
    (start) => startsWith(banner.line, start) && isVisible(banner.line[start.length]),
  )
}

/** What a banner comes to when there is no more of it: the server closed, or the time is over. */
export function judgeUnfinished(banner: UnfinishedBanner, end: 'closed' | 'time_over'): BannerVerdict {
  if (isWellFormed(banner)) return { kind: 'identified', identification: printable(banner.line) }
  if (isRefusal(banner.line)) return REFUSING
  if (banner.skippedBytes + banner.lineBytes > 0) return MISMATCH
  return { kind: 'failed', errorType: end === 'closed' ? 'no_banner' : 'banner_timeout' }
}

function extendLine(banner: UnfinishedBanner, more: Uint8Array): UnfinishedBanner {
  const kept = Math.min(more.length, MAX_IDENTIFICATION_BYTES - banner.line.length)
  const line = new Uint8Array(banner.line.length + kept)
  line.set(banner.line)
  line.set(more.subarray(0, kept), banner.line.length)
  return { ...banner, lineBytes: banner.lineBytes + more.length, line }
}

function judgeLine(
  { line, lineBytes, skippedBytes }: UnfinishedBanner,
  complete: boolean,
): BannerVerdict | null {
  if (startsWith(line, IDENTIFICATION_START)) {
    if (!complete && lineBytes < MAX_IDENTIFICATION_BYTES) return null
    const accepted = ACCEPTED_STARTS.some((start) => startsWith(line, start))
    return accepted ? { kind: 'identified', identification: printable(line) } : MISMATCH
  }
  if (!complete && startsWith(IDENTIFICATION_START, line)) return null
  if (skippedBytes + lineBytes + (complete ? 1 : 0) > MAX_LINES_BEFORE_BYTES) return MISMATCH
  return complete && isRefusal(line) ? REFUSING : null
}

const isRefusal = (line: Uint8Array): boolean => REFUSALS.some((refusal) => startsWith(line, refusal))

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  if (bytes.length < start.length) return false
  for (let i = 0; i < start.length; i++) if (bytes[i] !== start[i]) return false
  return true
}

/** Neither a space nor a control character: what a software version begins with. */
const isVisible = (byte: number | undefined): boolean => byte !== undefined && byte > 0x20 && byte !== 0x7f

/** Control, format, private and unassigned characters, and the line separators beyond ASCII. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu
const UTF_8 = new TextDecoder()

/** What may be stored, logged and shown on a terminal. No longer in UTF-8 than the bytes it comes from. */
function printable(line: Uint8Array): string {
  return UTF_8.decode(line).replace(UNPRINTABLE, '').replaceAll('\ufffd', '?').trim()
}
