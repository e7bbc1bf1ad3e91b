import { expect, it } from 'vitest'
import { deriveHostId } from '../../shared/domain/endpoint-id.ts'
import { METRIC_NAMESPACE } from '../../shared/domain/metrics.ts'

it('a host without an id has the one that fleets have stored for its address and port', () => {
  expect(deriveHostId('192.0.2.1', 22)).toBe('ed18469e-9e05-5eff-81e8-95ebbf3c9e0e')
})

it('metrics are in the namespace that dashboards and alarms of others look in', () => {
  expect(METRIC_NAMESPACE).toBe('FleetAwareness')
})
