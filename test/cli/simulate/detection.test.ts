import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DETECTION_HOSTS, describeDetection, simulateDetection } from '../../../cli/simulate/detection.ts'
import { simulatedFleet } from '../../../cli/simulate/fleet.ts'

const PAGE = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8')
const detections = await simulateDetection(simulatedFleet(DETECTION_HOSTS))

it('a failure is on the bus after 3.3 minutes on average and 6.8 at most, with confirmation', () => {
  expect(detections.withConfirmation.meanMinutes).toBeLessThanOrEqual(3.3)
  expect(detections.withConfirmation.worstMinutes).toBeLessThanOrEqual(6.8)
  // From a failure right after a probe of a host that is probed every four minutes on.
  expect(detections.withConfirmation.worstMinutes).toBeGreaterThan(6.3)
})

it('a failure is on the bus after 7.5 minutes on average and 12 at most without confirmation, and some seconds', () => {
  expect(detections.withoutConfirmation.meanMinutes).toBeGreaterThan(7.3)
  expect(detections.withoutConfirmation.meanMinutes).toBeLessThan(7.8)
  expect(detections.withoutConfirmation.worstMinutes).toBeGreaterThan(11.9)
  expect(detections.withoutConfirmation.worstMinutes).toBeLessThan(12.2)
})

it('the page on scale says how soon a failure is known', () => {
  const [, section] = /<!-- simulate: detection -->\n\n([\s\S]*?)\n\n<!-- end -->/.exec(PAGE) ?? []
  expect(section).toBe(describeDetection(detections))
})
