import { afterEach, describe, expect, it, vi } from 'vitest'
import { defaultProvider } from '../../../functions/runtime/lambda-credentials.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the credentials of a bundled function', () => {
  it('the credentials of a bundled function are those that Lambda hands it, session token and all', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_SESSION_TOKEN', 'token')
    expect(await defaultProvider()()).toMatchObject({
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    })
  })

  it('the credentials of a bundled function are missed with a sentence where there are none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '')
    await expect(defaultProvider()()).rejects.toThrow(/Unable to find environment variable credentials/)
  })
})
