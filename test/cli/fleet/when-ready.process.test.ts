import { afterEach, describe, expect, it, vi } from 'vitest'
import { openLambdaTransport } from '../../../cli/fleet/lambda-transport.ts'
import { type LambdaReply, lambdaEndpoint } from '../../support/servers/lambda-endpoint.ts'

afterEach(() => vi.unstubAllEnvs())

async function invokeWhere(replies: readonly LambdaReply[]): Promise<{ answer: unknown; asked: number }> {
  let asked = 0
  await using lambda = await lambdaEndpoint(
    async () => replies[Math.min(asked++, replies.length - 1)] ?? { answer: null },
  )
  for (const [name, value] of Object.entries(lambda.env)) vi.stubEnv(name, value)
  const transport = openLambdaTransport('test', { notReadyPauseMs: 1 })
  try {
    const answer = await transport.invoke('operate', {}).catch((error: unknown) => error)
    return { answer, asked }
  } finally {
    await transport.close()
  }
}

describe('a command to a function', () => {
  it.each(['ResourceNotReadyException', 'ResourceConflictException'])(
    'a command to a function waits while Lambda prepares it (%s), and is run once',
    async (refused) => {
      const notReady = { refused, status: refused === 'ResourceNotReadyException' ? 502 : 409 }
      const { answer, asked } = await invokeWhere([...Array(12).fill(notReady), { answer: { done: true } }])
      expect({ answer, asked }).toEqual({ answer: { done: true }, asked: 13 })
    },
  )

  it('a command to a function is not repeated for any other refusal', async () => {
    const { answer, asked } = await invokeWhere([{ refused: 'AccessDeniedException', status: 403 }])
    expect(answer).toMatchObject({ message: expect.stringMatching(/^access denied/) })
    expect(asked).toBe(1)
  })
})
