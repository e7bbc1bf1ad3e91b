import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, parseEnvironment } from '../../functions/runtime/config.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'

const VALID = {
  STAGE: 'dev',
  DATABASE_HOST: 'db',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'fleet',
  DATABASE_USER: 'awareness_probe',
  DATABASE_AUTH: 'password',
  DATABASE_PASSWORD: 'correct-horse-battery',
  AWS_REGION: 'eu-central-1',
}
const NAMES = [...Object.keys(VALID), 'DATABASE_CA_FILE', '__proto__', 'constructor']

const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '65536',
    '5432.5',
    '1e3',
    '0x10',
    'NaN',
    'iam',
    'password',
    'null',
    '\u0000',
  ),
  fc.string({ unit: 'binary' }),
)
const environments = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.option(value, { nil: undefined })), { maxLength: 8 })
  .map((changes): NodeJS.ProcessEnv => {
    const env: NodeJS.ProcessEnv = { ...VALID }
    for (const [name, changed] of changes)
      Object.defineProperty(env, name, { value: changed, enumerable: true, configurable: true })
    return env
  })

describe('the environment of a function', () => {
  it('the environment of a function is read whole or refused in one sentence, which shows no password', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await fuzz(environments, 3000, (env) => {
      try {
        const config = parseEnvironment(env, {})
        expect(config.DATABASE_PORT).toBeGreaterThanOrEqual(1)
        expect(config.DATABASE_PORT).toBeLessThanOrEqual(65_535)
        expect(config.STAGE).not.toBe('')
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
        expect(error.message).toMatch(/^environment variables are wrong: \w+: /)
        expect(error.message).not.toContain(VALID.DATABASE_PASSWORD)
      }
    })
  })
})
