import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { busEventsSchema, PublishedEvent } from '../../shared/contracts/bus-event.ts'

it('the published schema of events on the bus is the one that the code holds to', () => {
  const published = readFileSync(new URL('../../docs/bus-events.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(published)).toEqual(busEventsSchema())
})

describe('the documentation of the event bus', () => {
  const page = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json ?? ''))
  const event = blocks.find((block) => block.source === 'fleet-awareness')
  const patterns = blocks.filter((block) => Array.isArray(block.source))
  const wentDown = patterns.find((pattern) => pattern.detail?.new_status !== undefined)
  const majorDrift = patterns.find((pattern) => pattern.detail?.drift_type !== undefined)

  it('the documentation of the event bus shows an event that is one', () => {
    expect(() => PublishedEvent.parse(event)).not.toThrow()
  })

  it('the documentation of the event bus has a pattern that matches a host that went down, and no other event', () => {
    expect(matches(wentDown, event)).toBe(true)
    const isBack = { ...event, detail: { ...event.detail, new_status: 'reachable' } }
    expect(matches(wentDown, isBack)).toBe(false)
    expect(matches(majorDrift, event)).toBe(false)
  })

  it('the documentation of the event bus has the same patterns in its commands of the AWS CLI', () => {
    const commands = [...page.matchAll(/--event-pattern '([^']*)'/g)].map(([, json]) =>
      JSON.parse(json ?? ''),
    )
    expect(commands).toEqual([wentDown, majorDrift])
  })

  it('the documentation of the event bus has a pattern that matches a major drift of the stage prod, and no other event', () => {
    const drift = (stage: string, drift_type: string) => ({
      ...event,
      'detail-type': 'compliance.drift.detected',
      detail: { ...event.detail, stage, drift_type },
    })
    expect(matches(majorDrift, drift('prod', 'major'))).toBe(true)
    expect(matches(majorDrift, drift('prod', 'minor'))).toBe(false)
    expect(matches(majorDrift, drift('dev', 'major'))).toBe(false)
  })
})

/** Of EventBridge's patterns those without operators: a list of values, any of which the field has. */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.includes(value)
  if (typeof pattern !== 'object' || pattern === null) throw new Error('not a pattern')
  return Object.entries(pattern).every(([key, part]) =>
    matches(part, typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
  )
}
