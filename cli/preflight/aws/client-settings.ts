/** A check that takes longer would rather be an error: the first deployment asks the same services. */
const REQUEST_TIMEOUT_MS = 15_000
const CONNECTION_TIMEOUT_MS = 3_000

/** What all clients of the preflight are created with. */
export const clientSettings = () => ({
  maxAttempts: 3,
  requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECTION_TIMEOUT_MS },
})
