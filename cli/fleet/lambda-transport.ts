import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { functionName } from '../../shared/domain/names.ts'
import { collapse, RefusedError } from '../terminal/report-error.ts'
import type { Invoke, OperatorTransport } from './operator-client.ts'
import { NOT_READY_PAUSE_MS, whenReady } from './when-ready.ts'

/** Longer than any of the functions may run, so that the answer is Lambda's. */
const REQUEST_TIMEOUT_MS = 60_000
const CONNECTION_TIMEOUT_MS = 5_000
const MAX_FAULT_CHARACTERS = 300

/** Reaches the functions of a stage in AWS, with the caller's own credentials. */
export function openLambdaTransport(
  stage: string,
  { notReadyPauseMs = NOT_READY_PAUSE_MS } = {},
): OperatorTransport {
  const client = new LambdaClient({
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECTION_TIMEOUT_MS },
  })
  const invoke: Invoke = async (folder, event) => {
    const name = functionName(stage, folder)
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) })
    const answer = await whenReady(() => client.send(command), notReadyPauseMs).catch(
      async (error: unknown) => {
        const region = await client.config.region().catch(() => 'no region')
        throw new RefusedError(describeRefusal(error, name, stage, region), { cause: error })
      },
    )
    const text = answer.Payload?.transformToString() ?? ''
    if (answer.FunctionError !== undefined) throw new RefusedError(describeFailure(text, name))
    return JSON.parse(text)
  }
  return { invoke, now: () => new Date(), close: async () => client.destroy() }
}

/** Says why Lambda, or the SDK before it, did not run the function. */
function describeRefusal(error: unknown, name: string, stage: string, region: string): string {
  const { name: kind, message } = error instanceof Error ? error : new Error(String(error))
  switch (kind) {
    case 'ResourceNotFoundException':
      return `there is no function ${name} in ${region}: is stage ${stage} deployed there? (AWS_REGION, AWS_PROFILE)`
    case 'AccessDeniedException':
      return `access denied: you need lambda:InvokeFunction on ${name} in ${region}`
    case 'TooManyRequestsException':
      return `AWS throttles ${name}: all it may run at once is running. Try again in a moment`
    case 'CredentialsProviderError':
      return 'no AWS credentials: sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID'
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
      return `AWS does not accept your credentials (${kind}): sign in again`
    default:
      break
  }
  if (message === 'Region is missing')
    return 'no AWS region: set AWS_REGION, or AWS_PROFILE to a profile with one'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (NETWORK_FAULTS.has(code) || kind === 'TimeoutError') {
    return `Lambda in ${region} cannot be reached: ${cutLine(message) || code || kind}`
  }
  return `Lambda refused to run ${name}: ${kind}: ${cutLine(message)}`
}

const NETWORK_FAULTS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** Says what the function itself failed with, as Lambda reports it. */
function describeFailure(payload: string, name: string): string {
  const fault = parseFault(payload)
  return `${name} failed: ${cutLine(fault)} (its log says more)`
}

function parseFault(payload: string): string {
  try {
    const { errorType = 'Error', errorMessage = payload } = JSON.parse(payload) as Record<string, string>
    return `${errorType}: ${errorMessage}`
  } catch (error) {
    if (error instanceof SyntaxError) return payload
    throw error
  }
}

const cutLine = (text: string): string => collapse(text).slice(0, MAX_FAULT_CHARACTERS)
