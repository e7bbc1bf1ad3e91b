import * as z from 'zod'
import {
  Address,
  AddressText,
  Id,
  MAX_NAME_CHARACTERS,
  malformedAddress,
  Name,
  notAHost,
  Port,
  parseAddress,
} from './fleet-row.ts'

/** Where a row of a fleet file says that its host is. */
export type Place =
  | { readonly address: string }
  /** `hostName` is in lower case, `spelled` as the file has it. */
  | { readonly hostName: string; readonly spelled: string }

/** One label of a host name: letters, digits, hyphens, and underscores, which some networks use (RFC 1123). */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i

/**
 * A host name in lower case and without a final dot; null for a text that is none. What ends in a number is a
 * mistyped address.
 */
function parseHostName(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, '')
  const labels = name.split('.')
  const isName = name.length <= MAX_NAME_CHARACTERS && labels.every((label) => LABEL.test(label))
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? name : null
}

/** An address, or a host name that somebody has to resolve. */
export const PlaceText = AddressText.transform((text, context): Place => {
  const address = parseAddress(text)
  if (address !== null) return { address }
  const hostName = parseHostName(text)
  if (hostName !== null) return { hostName, spelled: text.replace(/\.$/, '') }
  const message = malformedAddress(text, 'an IPv4 or IPv6 address or a host name')
  context.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

const fileRow = (address: z.ZodType<Place>) =>
  z
    .object(
      { address, port: Port.optional(), name: Name.optional(), id: Id.optional() },
      { error: ({ input }) => notAHost(input) },
    )
    .transform(({ address: place, ...row }) => ({ ...row, place }))

/** A row of a fleet file, in whose `address` a host name may stand. Other columns are ignored. */
export const FileRow = fileRow(PlaceText)
export type FileRow = z.output<typeof FileRow>

/** A row of a fleet file whose host names nobody resolves: they are no addresses. */
export const AddressRow = fileRow(Address.transform((address): Place => ({ address })))
