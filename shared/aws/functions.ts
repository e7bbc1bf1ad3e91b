import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { BOUNDED_CALLS } from './client-settings.ts'

/** A client whose calls end. Region, credentials and endpoint come from its environment. */
export const createLambdaClient = (): LambdaClient => new LambdaClient(BOUNDED_CALLS)

/** Hands an event to a function, which handles it later. A call that AWS refuses throws the SDK's error. */
export type InvokeLater = (event: object, signal: AbortSignal) => Promise<void>

/** One function of Lambda, invoked asynchronously: nobody waits for its answer. */
export const invokeFunctionLater =
  (client: LambdaClient, functionArn: string): InvokeLater =>
  async (event, signal) => {
    const command = new InvokeCommand({
      FunctionName: functionArn,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    })
    await client.send(command, { abortSignal: signal })
  }
