/** A throttled call is repeated after a growing pause; one that stays throttled is its caller's to try again. */
const MAX_ATTEMPTS = 3
const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 5_000

/** Of a client whose calls end: the SDK's own has no timeout. Region, credentials and endpoint come from its environment. */
export const BOUNDED_CALLS = {
  retryMode: 'standard',
  maxAttempts: MAX_ATTEMPTS,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
}
