import type { StackAnswer } from '../../shared/contracts/stack-request.ts'

const ATTEMPTS = 3
const ATTEMPT_TIMEOUT_MS = 10_000

/**
 * Sends the outcome of a deployment to CloudFormation.
 *
 * @throws when the URL does not accept the answer: the function then cannot reach S3.
 */
export async function sendAnswer(url: string, answer: StackAnswer, attempts = ATTEMPTS): Promise<void> {
  try {
    const response = await fetch(url, {
      method: 'PUT',
      // The URL was signed for an empty content type, and fetch adds one to text.
      headers: { 'content-type': '' },
      body: new TextEncoder().encode(JSON.stringify(answer)),
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
  } catch (error) {
    if (attempts > 1) return sendAnswer(url, answer, attempts - 1)
    throw new Error(
      `CloudFormation did not receive the answer (${answer.Status}: ${answer.Reason}): the function needs a way to S3, ` +
        'through NAT or a gateway endpoint in its subnets',
      { cause: error },
    )
  }
}
