import { type EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import { type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'

export type Subscribers = {
  /** The events that a rule for hosts that went down has put into its queue, all until now. */
  readonly hostsDown: () => Promise<unknown[]>
  /** The subjects of the digests that people were sent, all until now. */
  readonly digests: () => Promise<string[]>
}

type Clients = { readonly events: EventBridgeClient; readonly sns: SNSClient; readonly sqs: SQSClient }
type Place = { readonly stage: string; readonly account: string; readonly region: string }

/** Subscribes as docs/contracts.md says: a rule with a queue as its target, and a queue in place of a person. */
export async function subscribe(clients: Clients, place: Place): Promise<Subscribers> {
  const { stage, account, region } = place
  const [down, people] = await Promise.all([queue(clients.sqs, 'hosts-down'), queue(clients.sqs, 'people')])
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`
  const rule = { EventBusName: `fleet-awareness-${stage}` }
  await clients.events.send(
    new PutRuleCommand({
      ...rule,
      Name: 'hosts-down',
      EventPattern: JSON.stringify({
        source: ['fleet-awareness'],
        'detail-type': ['host.connectivity.checked'],
        detail: { new_status: ['unreachable'] },
      }),
    }),
  )
  const Targets = [{ Id: 'queue', Arn: arnOf('hosts-down') }]
  await clients.events.send(new PutTargetsCommand({ ...rule, Rule: 'hosts-down', Targets }))
  const TopicArn = `arn:aws:sns:${region}:${account}:fleet-awareness-${stage}-digests`
  await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arnOf('people') }))
  return {
    hostsDown: down,
    digests: async () => (await people()).map((body) => String(Reflect.get(Object(body), 'Subject'))),
  }
}

/** Creates a queue; returns a function that receives what is in it and returns all that ever was, parsed. */
async function queue(sqs: SQSClient, name: string): Promise<() => Promise<unknown[]>> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }))
  const all: unknown[] = []
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 }),
    )
    all.push(...Messages.map(({ Body = '' }): unknown => JSON.parse(Body)))
    return [...all]
  }
}
