import { randomUUID } from 'node:crypto'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { RecordedScan, Scans } from '../scans.ts'
import { becomes, type Row } from '../scenario.ts'
import type { World } from '../world.ts'

const MAX_MESSAGE_BYTES = 1_048_576
/** Four of each host: two with either profile. */
const SCANS = 120
/** 5 receives, 4 s apart, and a machine that is busy. */
const SETTLED_WITHIN_MS = 45_000

const bodyOf = ({ hostId, scanId, completedAt }: RecordedScan, further: object = {}): string =>
  JSON.stringify({
    event: 'scan.completed',
    version: 1,
    host_id: hostId,
    scan_id: scanId,
    completed_at: completedAt.toISOString(),
    ...further,
  })

const largest = (scan: RecordedScan): string => {
  const bare = bodyOf(scan, { note: '' })
  return bodyOf(scan, { note: 'x'.repeat(MAX_MESSAGE_BYTES - Buffer.byteLength(bare)) })
}

/** What can never be judged, and the reason that its dead letter must bear. */
const HOPELESS: readonly (readonly [body: string, reason: string])[] = [
  ['not JSON', 'malformed_json'],
  ['{"event":"scan.completed","version":1}', 'wrong_shape'],
  ['[]', 'wrong_shape'],
  ['x'.repeat(MAX_MESSAGE_BYTES), 'malformed_json'],
  [bodyOf({ hostId: randomUUID(), scanId: randomUUID(), completedAt: new Date() }), 'unknown_host'],
]

/**
 * Scans of hosts with two profiles in turn, announced twice, the last first and at full size, among messages that
 * nobody can read.
 */
export async function playMessages(world: World, scans: Scans): Promise<Row> {
  await becomes(scans.areSettled, SETTLED_WITHIN_MS)
  await scans.deadLetters()
  world.tally.take()
  const recorded = await scans.record(SCANS)
  const { client, url } = world.drift.queue
  const send = (body: string): Promise<unknown> =>
    client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }))
  for (const scan of recorded.toReversed()) await send(bodyOf(scan))
  for (const [body] of HOPELESS) await send(body)
  await scans.announce()
  for (const scan of recorded.slice(0, 3)) await send(largest(scan))
  world.tally.count('scans announced twice, reordered', SCANS)
  world.tally.count('messages of 1 MiB', 4)

  const endedMs = performance.now()
  const isSettled = await becomes(scans.areSettled, SETTLED_WITHIN_MS)
  const rightAfterMs = performance.now() - endedMs
  const letters = (await scans.deadLetters()).toSorted()
  const wanted = HOPELESS.map(([, reason]) => reason).toSorted()
  world.tally.count(`(dead letters: ${letters.join(', ')})`)
  const broken = isSettled ? [] : ['messages are left in the queue']
  if (letters.join() !== wanted.join()) broken.push(`${wanted.join(', ')} were to be dead letters`)
  broken.push(...(await scans.misjudged()).slice(0, 3))
  return {
    fault: 'SQS messages of scans with two profiles in turn doubled, reordered, malformed, 1 MiB long',
    seen: world.tally.take(),
    rightAfterMs: isSettled ? rightAfterMs : null,
    broken,
  }
}
