import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BannerVerdict,
  isWellFormed,
  judgeUnfinished,
  MAX_IDENTIFICATION_BYTES,
  MAX_LINES_BEFORE_BYTES,
  NOTHING_READ,
  readBanner,
} from '../../shared/domain/banner.ts'

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const failed = (errorType: string) => ({ kind: 'failed', errorType })
const identified = (identification: string) => ({ kind: 'identified', identification })

function readAll(chunks: readonly Uint8Array[], end: 'closed' | 'time_over' = 'closed'): BannerVerdict {
  let banner = NOTHING_READ
  for (const chunk of chunks) {
    const next = readBanner(banner, chunk)
    if (next.kind !== 'unfinished') return next
    banner = next
  }
  return judgeUnfinished(banner, end)
}
const read = (text: string, end?: 'closed' | 'time_over') => readAll([bytesOf(text)], end)

describe('a banner', () => {
  it.each([
    ['SSH-2.0-OpenSSH_9.9\r\n', 'SSH-2.0-OpenSSH_9.9'],
    ['SSH-2.0-OpenSSH_9.9 with comments\n', 'SSH-2.0-OpenSSH_9.9 with comments'],
    ['SSH-1.99-Cisco-1.25\n', 'SSH-1.99-Cisco-1.25'],
    ['SSH-2.0-x\r\nSSH-2.0-y\r\n', 'SSH-2.0-x'],
    ['hello\r\n\r\nworld\nSSH-2.0-x\r\n', 'SSH-2.0-x'],
    ['SSH is here\r\nSSH-2.0-x\r\n', 'SSH-2.0-x'],
    ['\nSSH-2.0-x\n', 'SSH-2.0-x'],
    ['SSH-2.0-x', 'SSH-2.0-x'],
    ['notice\nSSH-1.99-x', 'SSH-1.99-x'],
    ['SSH-2.0-\r\n', 'SSH-2.0-'],
    ['SSH-2.0-x \r\n', 'SSH-2.0-x'],
  ])('the bytes %j identify a server as %j', (text, identification) => {
    expect(read(text)).toEqual(identified(identification))
  })

  it.each([
    ['SSH-1.5-1.2.27\n', 'banner_mismatch'],
    ['SSH-2.0\r\n', 'banner_mismatch'],
    ['SSH-3.0-x\nSSH-2.0-x\n', 'banner_mismatch'],
    ['ssh-2.0-x\r\n', 'banner_mismatch'],
    [' SSH-2.0-x\r\n', 'banner_mismatch'],
    ['SSH-2.0-', 'banner_mismatch'],
    ['SSH', 'banner_mismatch'],
    ['220 mail.example ESMTP\r\n', 'banner_mismatch'],
    ['\n', 'banner_mismatch'],
    ['Exceeded MaxStartups\r\n', 'ssh_refusing'],
    ['Exceeded MaxStartups', 'ssh_refusing'],
    ['Not allowed at this time\r\n', 'ssh_refusing'],
    ['notice\nNot allowed at this time\n', 'ssh_refusing'],
    ['', 'no_banner'],
  ])('the bytes %j and then the end of the connection are %s', (text, errorType) => {
    expect(read(text)).toEqual(failed(errorType))
  })

  it('a banner that never began is banner_timeout when the time is over', () => {
    expect(read('', 'time_over')).toEqual(failed('banner_timeout'))
    expect(read('hello\r\n', 'time_over')).toEqual(failed('banner_mismatch'))
  })

  it('a banner may follow 8 KiB of other lines, and no byte more', () => {
    const lines = (bytes: number) => `${'x'.repeat(bytes - 1)}\n`
    expect(read(`${lines(MAX_LINES_BEFORE_BYTES)}SSH-2.0-x\n`)).toEqual(identified('SSH-2.0-x'))
    const afterLines = [lines(MAX_LINES_BEFORE_BYTES), 'SS', 'H-2.0-x\n'].map(bytesOf)
    expect(readAll(afterLines)).toEqual(identified('SSH-2.0-x'))
    expect(read(`${lines(MAX_LINES_BEFORE_BYTES + 1)}SSH-2.0-x\n`)).toEqual(failed('banner_mismatch'))
    expect(read(`${'\n'.repeat(MAX_LINES_BEFORE_BYTES + 1)}SSH-2.0-x\n`)).toEqual(failed('banner_mismatch'))
  })

  it('a banner that is decided needs no more bytes', () => {
    expect(readBanner(NOTHING_READ, bytesOf('SSH-2.0-x\n'))).toEqual(identified('SSH-2.0-x'))
    expect(readBanner(NOTHING_READ, bytesOf('Exceeded MaxStartups\r\n'))).toEqual(failed('ssh_refusing'))
    expect(readBanner(NOTHING_READ, bytesOf('SSH-2.0-x'.padEnd(256, 'x'))).kind).toBe('identified')
    expect(readBanner(NOTHING_READ, bytesOf('x'.repeat(MAX_LINES_BEFORE_BYTES + 1)))).toEqual(
      failed('banner_mismatch'),
    )
  })

  it.each([
    ['SSH-2.0-O', true],
    ['SSH-1.99-O', true],
    ['SSH-2.0-', false],
    ['SSH-2.0- ', false],
    ['SSH-2.0-\r', false],
    ['SSH-2.0-\x7f', false],
    ['SSH-1.5-x', false],
    ['hello', false],
    ['', false],
  ])('the bytes %j lack nothing but a line end: %s', (text, wellFormed) => {
    const banner = readBanner(NOTHING_READ, bytesOf(text))
    expect(banner.kind === 'unfinished' && isWellFormed(banner)).toBe(wellFormed)
  })
})

describe('an identification', () => {
  it('an identification keeps nothing that moves a cursor, ends a line or is not text', () => {
    const dirty = 'SSH-2.0-a\x00b\x07c\x1b[2Jd\x7fe\x9bf\xff\xfe\tg\rh\r\n'
    expect(read(dirty)).toEqual(identified('SSH-2.0-abc[2Jde?f??gh'))
    const unicode = Buffer.from('SSH-2.0-größe\u202eevil\u2028\u0085\ufeff\u200b\n')
    expect(readAll([unicode])).toEqual(identified('SSH-2.0-größeevil'))
  })

  it('an identification is cut at 256 bytes, in UTF-8 as well', () => {
    const long = Buffer.from(`SSH-2.0-${'ß'.repeat(1000)}\n`)
    expect(readAll([long])).toEqual(identified(`SSH-2.0-${'ß'.repeat(124)}`))
  })

  it('an identification is printable and at most 256 bytes, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (rest) => {
        const verdict = readAll([bytesOf('SSH-2.0-x'), rest])
        if (verdict.kind !== 'identified') throw new Error('not identified')
        expect(Buffer.byteLength(verdict.identification)).toBeLessThanOrEqual(MAX_IDENTIFICATION_BYTES)
        expect(verdict.identification).toMatch(/^SSH-2\.0-x\P{C}*$/u)
      }),
    )
  })
})

/** Streams made of what matters: whole and broken identifications, refusals, long lines, line ends, noise. */
const stream = fc
  .array(
    fc.oneof(
      fc
        .constantFrom('SSH-2.0-OpenSSH_9.9', 'SSH-1.99-x', 'SSH-1.5-x', 'SSH-', 'SSH-2.0-', 'SS')
        .map(bytesOf),
      fc.constantFrom('\n', '\r\n', '\r', '\x00').map(bytesOf),
      fc.constantFrom('Exceeded MaxStartups', 'Not allowed at this time').map(bytesOf),
      fc
        .integer({ min: 1, max: MAX_LINES_BEFORE_BYTES + 2 })
        .map((length) => new Uint8Array(length).fill(0x78)),
      fc.integer({ min: 8_150, max: 8_200 }).map((length) => bytesOf(`${'x'.repeat(length)}\n`)),
      fc.uint8Array({ maxLength: 40 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((to, i) => bytes.subarray(at[i], to))
}

describe('however a server splits what it sends', () => {
  it('the verdict on a banner is the same however a server splits what it sends', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('closed' as const, 'time_over' as const),
        (bytes, cuts, end) => {
          expect(readAll(split(bytes, cuts), end)).toEqual(readAll([bytes], end))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('the verdict on a banner is the same when a server sends it byte by byte', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
        expect(readAll(single)).toEqual(readAll([bytes]))
      }),
      { numRuns: 50 },
    )
  })

  it('however a server splits what it sends, no more than one cut line is held, and none of the memory it was read into', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const banner = readBanner(NOTHING_READ, bytes)
        if (banner.kind !== 'unfinished') return
        expect(banner.line.buffer).not.toBe(bytes.buffer)
        expect(banner.line.buffer.byteLength).toBeLessThanOrEqual(MAX_IDENTIFICATION_BYTES)
        expect(banner.skippedBytes).toBeLessThanOrEqual(MAX_LINES_BEFORE_BYTES)
        expect(banner.lineBytes).toBeLessThanOrEqual(MAX_LINES_BEFORE_BYTES)
      }),
    )
  })
})
