import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { describe, expect, it } from 'vitest'
import { fanOutDepsFromEnvironment } from '../../../functions/runtime/fan-out-ports.ts'
import { scheduleGroup } from '../../../shared/aws/scheduler.ts'
import { TARGET } from '../../support/servers/scheduler-on-loopback.ts'

const DATABASE = {
  STAGE: 'test',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_NAME: 'awareness',
  DATABASE_USER: 'awareness_fan_out',
  DATABASE_AUTH: 'password',
  DATABASE_PASSWORD: 'secret',
}
const SCHEDULES = {
  SCHEDULE_GROUP: TARGET.groupName,
  PROBE_FUNCTION_ARN: TARGET.functionArn,
  SCHEDULE_ROLE_ARN: TARGET.roleArn,
  DEAD_LETTER_QUEUE_ARN: TARGET.deadLetterQueueArn,
}

describe('the environment of the fan-out', () => {
  it('the environment of the fan-out says what its schedules fire, as whom, and where what fails goes', () => {
    const { schedules } = fanOutDepsFromEnvironment({ ...DATABASE, ...SCHEDULES })
    expect(schedules.settings).toBe(scheduleGroup(new SchedulerClient(), TARGET).settings)
  })

  it('the environment of the fan-out says whether its runs could overlap', () => {
    const read = (more: object) =>
      fanOutDepsFromEnvironment({ ...DATABASE, ...SCHEDULES, ...more }).mayOverlap
    expect([read({}), read({ MAY_OVERLAP: 'yes' })]).toEqual([false, true])
  })

  it('the environment of the fan-out is refused with every variable that is missing, and never with what a secret is', () => {
    const read = (): unknown => fanOutDepsFromEnvironment({ ...DATABASE, DATABASE_USER: '' })
    for (const name of ['DATABASE_USER', ...Object.keys(SCHEDULES)]) expect(read).toThrow(name)
    expect(read).not.toThrow('secret')
  })
})
