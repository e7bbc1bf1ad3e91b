import { describe, expect, it } from 'vitest'
import { formatTable } from '../../../cli/terminal/table.ts'

const rows = [
  { cells: ['web-01', 'reachable', ''] },
  { cells: ['a-longer-name', 'unreachable', 'tcp_timeout'], paint: 'red' as const },
]
const HEADER = ['HOST', 'STATE', 'ERROR']

describe('a table', () => {
  it('a table aligns its columns and leaves no blanks at the ends of lines', () => {
    expect(formatTable(HEADER, rows, { colours: false, columns: null })).toEqual([
      'HOST           STATE        ERROR',
      'web-01         reachable',
      'a-longer-name  unreachable  tcp_timeout',
    ])
  })

  it('a table wraps no line of a terminal: what does not fit is cut, and shown to be', () => {
    const lines = formatTable(HEADER, rows, { colours: false, columns: 20 })
    expect(lines[2]).toBe('a-longer-name  unre…')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20)
  })

  it('a table whose last column wraps goes on between words, below itself', () => {
    const long = [{ cells: ['interval', 'between two probes of a host, before jitter'] }]
    expect(formatTable(['SETTING', 'MEANING'], long, { colours: false, columns: 32, wrap: true })).toEqual([
      'SETTING   MEANING',
      'interval  between two probes of',
      '          a host, before jitter',
    ])
    expect(
      formatTable(['SETTING', 'MEANING'], long, { colours: false, columns: null, wrap: true }),
    ).toHaveLength(2)
  })

  it('a table counts characters, not halves of them, and lets none steer the terminal', () => {
    const lines = formatTable(['A', 'B'], [{ cells: ['😀😀', 'x'] }, { cells: ['\u001b[2J', 'y'] }], {
      colours: false,
      columns: null,
    })
    expect(lines).toEqual(['A     B', '😀😀    x', '\ufffd[2J  y'])
  })

  it('a table has colours where they are wanted', () => {
    const [header, plain, red] = formatTable(HEADER, rows, { colours: true, columns: null })
    expect(header?.startsWith('\u001b[1m')).toBe(true)
    expect(plain).not.toContain('\u001b')
    expect(red?.startsWith('\u001b[31m')).toBe(true)
  })
})
