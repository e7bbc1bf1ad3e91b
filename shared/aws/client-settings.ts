/** A throttled call is repeated after a growing pause. After the last attempt the caller has to repeat it. */
const MAX_ATTEMPTS = 3
const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 5_000

/**
 * The settings of a client whose calls have a time limit: by default, the SDK sets none. Region, credentials and
 * endpoint come from the environment.
 */
export const BOUNDED_CALLS = {
  retryMode: 'standard',
  maxAttempts: MAX_ATTEMPTS,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
}

/** A page of a thousand machines takes AWS seconds, and an account's other tools throttle the same API. */
const SLOW_REQUEST_TIMEOUT_MS = 15_000
const SLOW_MAX_ATTEMPTS = 5

/** Of a client whose calls return long lists. */
export const SLOW_CALLS = {
  ...BOUNDED_CALLS,
  maxAttempts: SLOW_MAX_ATTEMPTS,
  requestHandler: { ...BOUNDED_CALLS.requestHandler, requestTimeout: SLOW_REQUEST_TIMEOUT_MS },
}
