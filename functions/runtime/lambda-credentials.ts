import { fromEnv } from '@aws-sdk/credential-provider-env'

/**
 * Stands in for the SDK's chain of credential providers in the bundles: Lambda hands a function its role in
 * environment variables, and what reads profiles, single sign-on and instance metadata is 100 KB to import.
 */
export const defaultProvider = fromEnv
