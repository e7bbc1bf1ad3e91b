import { expect, it } from 'vitest'
import { ADDRESS_CLASSES } from '../../shared/domain/addresses.ts'
import {
  addressRefused,
  INVALID_ADDRESS,
  isAddressRefused,
  isUnprobeable,
} from '../../shared/domain/inconclusive.ts'

it('the reason of a refused address names its class, and is known as such', () => {
  expect(addressRefused('loopback')).toBe('address_refused:loopback')
  for (const kind of ADDRESS_CLASSES) {
    expect(isAddressRefused(addressRefused(kind))).toBe(true)
    expect(isUnprobeable(addressRefused(kind))).toBe(true)
  }
})

it('a host whose address is none cannot be probed either, though no policy refuses it', () => {
  expect(INVALID_ADDRESS).toBe('invalid_address')
  expect(isAddressRefused(INVALID_ADDRESS)).toBe(false)
  expect(isUnprobeable(INVALID_ADDRESS)).toBe(true)
})

it.each(['EMFILE', 'aborted', 'prober_stalled', 'invalid_port', ''])(
  'a probe that was inconclusive for %j may have a result the next time',
  (reason) => {
    expect(isAddressRefused(reason)).toBe(false)
    expect(isUnprobeable(reason)).toBe(false)
  },
)
