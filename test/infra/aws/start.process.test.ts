import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ROOT } from '../../support/repository.ts'

it('cdk refuses a stage that does not exist in one sentence, without a stack trace', () => {
  const run = spawnSync(process.execPath, ['infra/aws/start.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: '{"stage":"nowhere"}' },
  })
  expect(run.stderr.trim().split('\n')).toEqual([expect.stringMatching(/^there is no stage nowhere/)])
  expect(run.status).toBe(1)
})
