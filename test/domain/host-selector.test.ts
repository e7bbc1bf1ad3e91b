import { expect, it } from 'vitest'
import { parseHostSelector } from '../../shared/domain/host-selector.ts'

const ID = '6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162'
const NAME_ONLY = { id: null, address: null, port: null, network: null, pattern: null }

it.each([
  ['web-01', {}],
  ['WEB-01', { name: 'web-01' }],
  [ID.toUpperCase(), { name: ID, id: ID }],
  ['192.0.2.1', { address: '192.0.2.1' }],
  ['2001:db8::1', { address: '2001:db8::1' }],
  ['192.0.2.1:2222', { address: '192.0.2.1', port: 2222 }],
  ['[2001:db8::1]:22', { address: '2001:db8::1', port: 22 }],
  ['10.2.0.0/16', { network: '10.2.0.0/16' }],
  ['10.2.3.4/0', { network: '10.2.3.4/0' }],
  ['10.2.3.4/33', {}],
  ['2001:db8::/48', { network: '2001:db8::/48' }],
  ['2001:db8::/128', { network: '2001:db8::/128' }],
  ['2001:db8::/129', {}],
  ['rack/7', {}],
  ['10.2.0.0/', {}],
  ['web-*', { pattern: 'web-%' }],
  ['Web-0?', { name: 'web-0?', pattern: 'web-0_' }],
  ['*', { pattern: '%' }],
  ['100%_sure\\*', { pattern: '100\\%\\_sure\\\\%' }],
  ['10.2.*', { pattern: '10.2.%' }],
  ["'; drop table hosts; --", {}],
])('the text %j means hosts in these ways: %j', (text, expected) => {
  expect(parseHostSelector(text)).toEqual({ ...NAME_ONLY, text, name: text.toLowerCase(), ...expected })
})
