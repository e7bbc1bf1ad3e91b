import { classifyAddress } from './addresses.ts'

const MAX_PORT = 65_535

/** Reads an endpoint as tables print it, `192.0.2.1:22` or `[2001:db8::1]:22`; null for any other text. */
export function parseEndpoint(text: string): { readonly address: string; readonly port: number } | null {
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const address = v6 ?? v4 ?? ''
  const port = Number(digits)
  const isEndpoint = classifyAddress(address) !== null && address.includes(':') === (v6 !== undefined)
  return isEndpoint && port >= 1 && port <= MAX_PORT ? { address, port } : null
}
