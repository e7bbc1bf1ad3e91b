import { describe, expect, it } from 'vitest'
import { localLambdaClient, startLambdaServer } from '../../../../../infra/local/emulators/lambda/server.ts'
import { invokeFunctionLater } from '../../../../../shared/aws/functions.ts'

const ARN = 'arn:aws:lambda:local:000000000000:function:probe'
const { signal } = new AbortController()

describe('the local Lambda', () => {
  it('the local Lambda hands events over to the function that is invoked asynchronously, and to no other', async () => {
    const events: unknown[] = []
    const server = await startLambdaServer(new Map([[ARN, (event) => void events.push(event)]]))
    const client = localLambdaClient(server.endpoint)
    try {
      await invokeFunctionLater(client, ARN)({ hostIds: ['a'] }, signal)
      expect(events).toEqual([{ hostIds: ['a'] }])
      await expect(invokeFunctionLater(client, `${ARN}-other`)({}, signal)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      })
      expect(events).toHaveLength(1)
    } finally {
      client.destroy()
      await server.stop()
    }
  })
})
