import { expect, it } from 'vitest'
import { refuseFuture } from '../../../cli/scan/refuse-future.ts'
import { MAX_COMPLETED_AHEAD_MS } from '../../../shared/domain/scan-time.ts'

const NOW = new Date('2030-01-01T12:00:00Z')
const ahead = (ms: number): Date => new Date(NOW.getTime() + ms)

it('scan:import refuses a scan that completed more than 15 minutes ahead of the clock, as every writer does', () => {
  expect(MAX_COMPLETED_AHEAD_MS).toBe(15 * 60_000)
  expect(() => refuseFuture(ahead(MAX_COMPLETED_AHEAD_MS), NOW)).not.toThrow()
  expect(() => refuseFuture(ahead(MAX_COMPLETED_AHEAD_MS + 1), NOW)).toThrow(
    'the scan completed at 2030-01-01T12:15:00.001Z, which is in the future',
  )
})
