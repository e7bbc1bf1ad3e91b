/** What kind of place an address leads to: a closed set, in the words of the policy. */
export const ADDRESS_CLASSES = [
  'global',
  'private',
  'loopback',
  'link_local',
  'metadata',
  'multicast',
  'broadcast',
  'unspecified',
  'reserved',
] as const
export type AddressClass = (typeof ADDRESS_CLASSES)[number]

/** Where a fleet lives. The rest is refused: a prober inside a VPC is no way to reach what lies beside it. */
export const DEFAULT_ALLOWED_ADDRESSES: ReadonlySet<AddressClass> = new Set(['global', 'private'])

/** The classes for a machine on which somebody tries the product. */
export const ALLOWED_ADDRESSES_WITH_LOOPBACK: ReadonlySet<AddressClass> = new Set([
  ...DEFAULT_ALLOWED_ADDRESSES,
  'loopback',
])

/**
 * Parses the setting of the policy: names of classes with commas between, at least one. Returns null if one is unknown.
 */
export function parseAddressClasses(text: string): ReadonlySet<AddressClass> | null {
  const names = new Set(text.split(','))
  const classes = new Set(ADDRESS_CLASSES.filter((known) => names.has(known)))
  return classes.size === names.size ? classes : null
}

/** The one spelling of a set of classes, in the order of ADDRESS_CLASSES. */
export const formatAddressClasses = (classes: ReadonlySet<AddressClass>): string =>
  ADDRESS_CLASSES.filter((known) => classes.has(known)).join(',')

/**
 * The class of an IPv4 or IPv6 address. An IPv6 address that a network carries to an IPv4 one (mapped, NAT64,
 * 6to4) is of the class of that one. Null for what is no address; a zone (`%eth0`) makes it none.
 */
export function classifyAddress(text: string): AddressClass | null {
  if (!text.includes(':')) {
    const bits = ipv4Bits(text)
    return bits === null ? null : classifyIpv4(bits)
  }
  const groups = ipv6Groups(text)
  return groups === null ? null : classifyIpv6(groups)
}

/** Why no prober would connect to an address; null where it would. */
export function addressFault(address: string, allowed: ReadonlySet<AddressClass>): string | null {
  const kind = classifyAddress(address)
  if (kind !== null && allowed.has(kind)) return null
  return `address ${address} is ${kind ?? 'none'}: the policy (allowed_addresses) allows ${[...allowed].join(', ')}`
}

/** Why no prober of an installation without IPv6 reaches an address; null where it may. */
export const ipv6Fault = (address: string): string | null =>
  address.includes(':')
    ? `address ${address} is IPv6, and the network of this installation has none: deploy with -c ipv6=yes`
    : null

type Ipv4Range = readonly [address: string, prefixBits: number, belongs: AddressClass]

/**
 * The IANA special-purpose registry (RFC 6890 and its updates); the first range that fits counts. The
 * documentation ranges are not in it: they lead nowhere, and examples use them.
 */
const IPV4_RANGES = (
  [
    ['0.0.0.0', 32, 'unspecified'],
    ['0.0.0.0', 8, 'reserved'],
    ['10.0.0.0', 8, 'private'],
    ['100.100.100.200', 32, 'metadata'], // of another cloud, in what is private here
    ['100.64.0.0', 10, 'private'], // shared address space, RFC 6598: second CIDRs of VPCs
    ['127.0.0.0', 8, 'loopback'],
    // Instance metadata, DNS and time of EC2; the credentials of ECS tasks and EKS pods.
    ['169.254.169.0', 24, 'metadata'],
    ['169.254.170.0', 24, 'metadata'],
    ['169.254.0.0', 16, 'link_local'],
    ['172.16.0.0', 12, 'private'],
    ['192.0.0.0', 24, 'reserved'],
    ['192.88.99.0', 24, 'reserved'], // relays of 6to4, RFC 7526
    ['192.168.0.0', 16, 'private'],
    ['198.18.0.0', 15, 'reserved'], // benchmarks, RFC 2544
    ['224.0.0.0', 4, 'multicast'],
    ['255.255.255.255', 32, 'broadcast'],
    ['240.0.0.0', 4, 'reserved'],
  ] as const satisfies readonly Ipv4Range[]
).map(([address, prefixBits, belongs]) => {
  const shift = 32 - prefixBits
  return { shift, start: (ipv4Bits(address) ?? 0) >>> shift, belongs }
})

const classifyIpv4 = (bits: number): AddressClass =>
  IPV4_RANGES.find(({ shift, start }) => bits >>> shift === start)?.belongs ?? 'global'

/** 8 groups of 16 bits. */
type Groups = readonly number[]

function classifyIpv6(groups: Groups): AddressClass {
  const [a = 0, b = 0, c = 0, , , f = 0, g = 0, h = 0] = groups
  const startsWithZeros = (count: number): boolean => groups.slice(0, count).every((group) => group === 0)
  if (startsWithZeros(8)) return 'unspecified'
  if (startsWithZeros(7) && h === 1) return 'loopback'
  if (startsWithZeros(5) && f === 0xffff) return classifyIpv4(joined(g, h)) // ::ffff:0:0/96
  if (a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0))
    return classifyIpv4(joined(g, h)) // 64:ff9b::/96, RFC 6052
  if (a === 0x2002) return classifyIpv4(joined(b, c)) // 2002::/16, RFC 3056
  if (a === 0xfd00 && b === 0x0ec2) return 'metadata' // of EC2, ECS and EKS
  if (a === 0xfd20 && b === 0x00ce) return 'metadata' // of another cloud
  if (a >>> 9 === 0xfc >>> 1) return 'private' // fc00::/7, RFC 4193
  if (a >>> 6 === 0xfe80 >>> 6) return 'link_local' // fe80::/10
  if (a >>> 8 === 0xff) return 'multicast' // ff00::/8
  if (a === 0x2001 && b < 0x0200) return 'reserved' // 2001::/23, with Teredo, which hides an IPv4 address
  return a >>> 13 === 1 ? 'global' : 'reserved' // 2000::/3 is all that is given out
}

const joined = (high: number, low: number): number => ((high << 16) | low) >>> 0

function ipv4Bits(text: string): number | null {
  const parts = text.split('.')
  // A leading zero is refused: some readers take what follows it as octal.
  const isDecimal = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  if (parts.length !== 4 || !isDecimal) return null
  return parts.reduce((bits, part) => ((bits << 8) | Number(part)) >>> 0, 0)
}

function ipv6Groups(text: string): Groups | null {
  const halves = text.split('::').map(groupsOfHalf)
  const [head, tail = null] = halves
  if (head === undefined || head === null || halves.length > 2) return null
  if (halves.length === 1) return head.length === 8 ? head : null
  if (tail === null || head.length + tail.length > 7) return null
  // Only the end of an address may be written as IPv4.
  if (text.slice(0, text.indexOf('::')).includes('.')) return null
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function groupsOfHalf(half: string): number[] | null {
  if (half === '') return []
  const parts = half.split(':')
  const groups: number[] = []
  for (const [i, part] of parts.entries()) {
    const embedded = i === parts.length - 1 && part.includes('.') ? ipv4Bits(part) : null
    if (embedded !== null) groups.push(embedded >>> 16, embedded & 0xffff)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}
