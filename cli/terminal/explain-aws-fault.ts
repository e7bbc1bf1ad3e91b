import { collapse } from './report-error.ts'

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])
const NOT_ACCEPTED = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])
const NO_NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
])
const MAX_MESSAGE_CHARACTERS = 200

/** Why a call to AWS failed, in words that say what to do. */
export function explainFault(error: unknown, action: string): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (DENIED.has(name)) return `you have no right to ${action}`
  if (NOT_ACCEPTED.has(name)) return `AWS does not accept your credentials (${name}): sign in again`
  if (name === 'CredentialsProviderError')
    return 'there are no AWS credentials: sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID'
  if (message === 'Region is missing')
    return 'there is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile with one'
  const code = error instanceof Error && 'code' in error ? String(error.code) : name
  if (NO_NETWORK.has(code) || name === 'TimeoutError')
    return `AWS does not answer (${code}): is there a way to it from here?`
  return `${action} failed: ${name}: ${collapse(message).slice(0, MAX_MESSAGE_CHARACTERS)}`
}
