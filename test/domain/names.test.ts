import { describe, expect, it } from 'vitest'
import { FUNCTION_NAMES } from '../../shared/domain/functions.ts'
import {
  createNames,
  functionName,
  isInstallationName,
  MAX_INSTALLATION_NAME_LENGTH,
} from '../../shared/domain/names.ts'

/** The longest region that AWS has: of this length are ap-southeast-1 and us-isob-east-1, for example. */
const REGION = 'ap-southeast-1'
const LONGEST = 'x'.repeat(MAX_INSTALLATION_NAME_LENGTH)

describe('the names of an installation', () => {
  const names = createNames(LONGEST)

  it('the names of an installation begin with the product and the installation, so that those of two never meet', () => {
    const all = [
      ...Object.values(names).filter((name): name is string => typeof name === 'string' && name !== LONGEST),
      ...FUNCTION_NAMES.map((name) => names.function(name)),
      names.clock('fan-out'),
      names.forwardRule(1),
      names.alarm('probes-stopped'),
      names.operatorsPolicy(REGION),
      names.dashboard(REGION),
    ]
    expect(all.length).toBeGreaterThan(15)
    for (const name of all) expect(name).toMatch(new RegExp(`^fleet-awareness-${LONGEST}(-|$)`))
    expect(names.query('Faults')).toBe(`fleet-awareness/${LONGEST}/Faults`)
    expect(names.parameter('event-bus-arn')).toBe(`/fleet-awareness/${LONGEST}/event-bus-arn`)
  })

  it('the names of an installation fit what AWS allows, for the longest name that it may have', () => {
    // From the API references: Lambda CreateFunction, Scheduler CreateScheduleGroup and CreateSchedule, EventBridge
    // CreateArchive and PutRule, SQS CreateQueue.
    const limits: readonly (readonly [limit: number, names: readonly string[]])[] = [
      [64, FUNCTION_NAMES.map((name) => names.function(name))],
      [64, [names.probeSchedules, names.clocks, names.clock('fan-out'), names.clock('publish')]],
      [48, [names.archive]],
      [64, [names.forwardRule(100)]],
      [80, [names.scans, names.scanDeadLetters, names.probeDeadLetters, names.undelivered]],
      [128, [names.operatorsPolicy(REGION)]],
    ]
    for (const [limit, limited] of limits)
      for (const name of limited) expect(name.length, name).toBeLessThanOrEqual(limit)
    const bucket = `${names.stack}-scans-123456789012-${REGION}`
    expect(bucket.length).toBeLessThanOrEqual(63)
  })

  it('the names of an installation have the region in them where they belong to the whole account', () => {
    expect(names.operatorsPolicy(REGION)).toContain(REGION)
    expect(names.dashboard(REGION)).toContain(REGION)
  })

  it('the names of an installation are those by which its functions are invoked', () => {
    expect(createNames('prod').function('fan-out')).toBe(functionName('prod', 'fan-out'))
    expect(functionName('prod', 'fan-out')).toBe('fleet-awareness-prod-fan-out')
  })

  it.each([
    ['prod', true],
    ['payments-eu1', true],
    [LONGEST, true],
    [`${LONGEST}x`, false],
    ['', false],
    ['Prod', false],
    ['1prod', false],
    ['prod-', false],
    ['prod_eu', false],
    ['prod/eu', false],
  ])('the names of an installation can be made from %j: %s', (name, possible) => {
    expect(isInstallationName(name)).toBe(possible)
  })
})
