import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/repository.ts'

describe('.ci/run', () => {
  it.each([['nonsense'], ['postgres'], ['postgres', '14']])(
    '.ci/run refuses %s %s and says what it knows',
    (...args) => {
      const run = spawnSync(join(ROOT, '.ci/run'), args, { encoding: 'utf8' })
      expect(run.status).toBe(2)
      expect(run.stderr).toContain('.ci/run postgres')
      expect(run.stdout).toBe('')
    },
  )
})
