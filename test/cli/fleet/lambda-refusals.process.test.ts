import { describe, expect, it } from 'vitest'
import { fleet } from '../../support/fleet-command.ts'
import { lambdaEndpoint } from '../../support/servers/lambda-endpoint.ts'

const hosts = ['--stage', 'test', 'hosts']

describe('what AWS says no to is one clear line:', () => {
  it.each([
    [
      'AccessDeniedException',
      403,
      /^access denied: you need lambda:InvokeFunction on fleet-awareness-test-operate in eu-central-1\n$/,
    ],
    [
      'ExpiredTokenException',
      403,
      /^AWS does not accept your credentials \(ExpiredTokenException\): sign in again\n$/,
    ],
    ['UnrecognizedClientException', 403, /^AWS does not accept your credentials/],
    ['TooManyRequestsException', 429, /^AWS throttles fleet-awareness-test-operate: .*\n$/],
    [
      'KMSDisabledException',
      502,
      /^Lambda refused to run fleet-awareness-test-operate: KMSDisabledException: .*\n$/,
    ],
  ])('the refusal %s by AWS is told in one clear line', async (refused, status, line) => {
    await using lambda = await lambdaEndpoint(async () => ({ refused, status }))
    const { code, out, err } = await fleet(hosts, lambda.env)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(line)
  })

  it('missing credentials are told in one clear line', async () => {
    const env = { AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' }
    const { code, err } = await fleet(hosts, env)
    expect(code).toBe(1)
    expect(err).toMatch(/^no AWS credentials: .*\n$/)
  })

  it('a missing region is told in one clear line', async () => {
    const { code, err } = await fleet(hosts, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
    expect(code).toBe(1)
    expect(err).toMatch(/^no AWS region: .*\n$/)
  })

  it('a Lambda that cannot be reached is told in one clear line', async () => {
    await using lambda = await lambdaEndpoint(async () => ({ answer: {} }))
    // Nothing listens on port 1; a port that was let go may be somebody else's by now.
    const { code, err } = await fleet(hosts, { ...lambda.env, AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1' })
    expect(code).toBe(1)
    expect(err).toMatch(/^Lambda in eu-central-1 cannot be reached: .*\n$/)
  })

  it('a function of another version is told in one clear line', async () => {
    await using lambda = await lambdaEndpoint(async () => ({ answer: { fleet: [] } }))
    const { code, err } = await fleet(hosts, lambda.env)
    expect(code).toBe(1)
    expect(err).toMatch(/^the function's answer is not as this version expects it \(at hosts\).*\n$/)
  })
})
