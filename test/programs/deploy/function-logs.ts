import * as z from 'zod'
import { ACCOUNT, REGION } from './emulator.ts'

const LogGroups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) })
const LogEvents = z.object({ events: z.array(z.object({ timestamp: z.number(), message: z.string() })) })

/** Lines of a group that are shown: the last ones. */
const MAX_LINES = 60

/** What the functions said, from CloudWatch Logs: for them the project has no client of the SDK. */
export async function functionLogs(endpoint: string): Promise<string> {
  const { logGroups } = LogGroups.parse(await ask(endpoint, 'DescribeLogGroups', {}))
  const texts = await Promise.all(
    logGroups.map(async ({ logGroupName }) => {
      const { events } = LogEvents.parse(await ask(endpoint, 'FilterLogEvents', { logGroupName }))
      const lines = events
        .filter(({ message }) => !/^(START|END|REPORT) |"_aws":/.test(message))
        .map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message.trimEnd()}`)
      return [`--- ${logGroupName}`, ...lines.slice(-MAX_LINES)].join('\n')
    }),
  )
  return texts.join('\n')
}

/** The header names account and region; the emulator takes root's word for it, so there is no signature to make. */
const SCOPE = `${ACCOUNT}/20260101/${REGION}/logs/aws4_request`

async function ask(endpoint: string, action: string, parameters: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(parameters),
  })
  if (!response.ok) throw new Error(`${action}: status ${response.status}: ${await response.text()}`)
  return response.json()
}
