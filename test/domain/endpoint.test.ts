import { expect, it } from 'vitest'
import { formatEndpoint } from '../../cli/terminal/format.ts'
import { parseEndpoint } from '../../shared/domain/endpoint.ts'

it.each([
  ['192.0.2.1', 22],
  ['127.0.0.1', 65_535],
  ['::1', 1],
  ['2001:db8::1', 2222],
])('the endpoint %s port %i is read as tables print it', (address, port) => {
  expect(parseEndpoint(formatEndpoint(address, port))).toEqual({ address, port })
})

it.each([
  '192.0.2.1',
  '::1',
  '2001:db8::1:22',
  '[192.0.2.1]:22',
  '192.0.2.1:0',
  '192.0.2.1:65536',
  'web:22',
  ':22',
  '',
])('the text %j is not taken for an endpoint', (text) => {
  expect(parseEndpoint(text)).toBeNull()
})
