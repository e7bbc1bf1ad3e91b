import type { AddressClass } from './addresses.ts'

/** The reason of a probe that was not made because the policy does not allow the host's address begins with this. */
const ADDRESS_REFUSED = 'address_refused:'
/** The reason of a probe that was not made because the host has no valid address. */
export const INVALID_ADDRESS = 'invalid_address'
/** The reason of a failed probe that is counted against nobody, because no witness answered either. */
export const NO_WITNESS = 'no_witness'

/** The reason of a probe that was not made because policy does not allow addresses of this class. */
export const addressRefused = (kind: AddressClass): string => `${ADDRESS_REFUSED}${kind}`

/** Whether a probe was not made because policy does not allow the host's address. */
export const isAddressRefused = (reason: string): boolean => reason.startsWith(ADDRESS_REFUSED)

/** Whether no probe of the host was made, nor will be until its address or the policy is changed. */
export const isUnprobeable = (reason: string): boolean =>
  isAddressRefused(reason) || reason === INVALID_ADDRESS

/** Whether the prober could not make a probe that it may make, for want of something of its own. */
export const isProberFault = (reason: string): boolean => !isUnprobeable(reason) && reason !== NO_WITNESS
