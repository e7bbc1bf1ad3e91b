import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Digest } from '../domain/digest.ts'
import { BOUNDED_CALLS } from './client-settings.ts'

/** Creates a client whose calls end. Region, credentials and endpoint come from its environment. */
export const createSnsClient = (): SNSClient => new SNSClient(BOUNDED_CALLS)

/** Sends a digest to whoever has subscribed. */
export type SendDigest = (digest: Digest) => Promise<void>

/**
 * A topic of SNS. E-mail gets the text as it is. Chat channels get it in the form that Amazon Q Developer in chat
 * applications shows as a custom notification: it subscribes by HTTPS.
 */
export const digestTopic =
  (client: SNSClient, topicArn: string): SendDigest =>
  async ({ subject, text }) => {
    const chat = {
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: subject,
        description: `\`\`\`\n${text.replaceAll('`', "'")}\`\`\``,
      },
    }
    const message = { default: text, https: JSON.stringify(chat) }
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: JSON.stringify(message),
        MessageStructure: 'json',
      }),
    )
  }
