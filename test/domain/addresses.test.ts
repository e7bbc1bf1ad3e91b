import { BlockList, isIP, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ADDRESS_CLASSES,
  type AddressClass,
  ALLOWED_ADDRESSES_WITH_LOOPBACK,
  addressFault,
  classifyAddress,
  DEFAULT_ALLOWED_ADDRESSES,
  formatAddressClasses,
  parseAddressClasses,
} from '../../shared/domain/addresses.ts'

describe('an address', () => {
  it.each<[AddressClass | null, string]>([
    ['global', '1.1.1.1 9.255.255.255 11.0.0.0 172.15.255.255 172.32.0.0 192.0.2.1 198.51.100.7 203.0.113.9'],
    [
      'global',
      '100.63.255.255 100.128.0.0 169.253.255.255 169.255.0.0 198.17.255.255 198.20.0.0 223.255.255.255',
    ],
    ['private', '10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.1 100.64.0.0 100.127.255.255'],
    ['loopback', '127.0.0.1 127.255.255.255'],
    ['link_local', '169.254.0.0 169.254.168.255 169.254.171.0 169.254.255.255'],
    [
      'metadata',
      '169.254.169.254 169.254.169.253 169.254.169.123 169.254.170.2 169.254.170.23 100.100.100.200',
    ],
    ['multicast', '224.0.0.0 224.0.0.251 239.255.255.255'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '0.0.0.0'],
    [
      'reserved',
      '0.0.0.1 0.255.255.255 192.0.0.8 192.88.99.1 198.18.0.0 198.19.255.255 240.0.0.0 255.255.255.254',
    ],
    ['global', '2000:: 2001:200:: 2001:db8::1 2606:4700::1111 2a05:d018::1 3fff:ffff::'],
    ['private', 'fc00::1 fd00::1 fdff:ffff::1 fd00:ec1:ffff:: fd00:ec3::'],
    ['loopback', '::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001'],
    ['link_local', 'fe80::1 FEBF:ffff::'],
    ['metadata', 'fd00:ec2::254 FD00:0EC2::0253 fd00:ec2::23 fd20:ce::254'],
    ['multicast', 'ff00:: ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['unspecified', ':: 0:0:0:0:0:0:0:0 ::0.0.0.0'],
    [
      'reserved',
      '::2 ::127.0.0.1 1:: 100::1 1fff:: 4000:: fbff:: fe00:: fec0::1 2001:: 2001:10::1 64:ff9b:1::1',
    ],
    // Next to a prefix that means something, in one of its groups.
    ['reserved', '64::8.8.8.8 64:1::8.8.8.8 64:ff9b:1::8.8.8.8 64:ff9b:0:1::8.8.8.8 64:ff9b:0:0:0:1:808:808'],
    ['global', '2a05:ff9b::127.0.0.1 2a05:ec2::254 2a05:ce::254'],
    ['private', 'fd20:cf::254 fd21:ce::254 fd20::254'],
    // What a network carries to an IPv4 address is of the class of that address.
    ['loopback', '::ffff:127.0.0.1 ::FFFF:7f00:1 0:0:0:0:0:ffff:127.1.2.3 64:ff9b::127.0.0.1 2002:7f00:1::'],
    ['metadata', '::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1'],
    ['unspecified', '::ffff:0.0.0.0 ::ffff:0:0 64:ff9b:: 2002::'],
    ['private', '::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:a00:1::5'],
    ['global', '::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::'],
    [
      null,
      'localhost 1 127.1 127.0.0.01 0177.0.0.1 0x7f.0.0.1 2130706433 256.1.1.1 1.2.3.4.5 1.2.3. 127.0.0.1:22',
    ],
    [
      null,
      '[::1] fe80::1%eth0 ::1/128 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1::2::3 ::: 12345:: ::1.2.3 1.2.3.4::',
    ],
    [null, '1:2:3:4::5:6:7:8 1:2:3:4:5::6:7:8:9 ::1.2.3.4:5 1.2.3.4:5::6 1:2:3:4:5:1.2.3.4:8'],
  ])('an address is %s: %s', (expected, addresses) => {
    for (const address of addresses.split(' ')) {
      expect([address, classifyAddress(address)]).toEqual([address, expected])
    }
    expect(classifyAddress('')).toBeNull()
  })

  const anyText = fc.oneof(
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc
      .tuple(fc.constantFrom('::ffff:', '64:ff9b::', '::', '2002::'), fc.ipV4())
      .map((parts) => parts.join('')),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefF.:%/ ') }),
  )

  it('an address is one exactly where the operating system takes it for one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // Node allows a zone: the fleet's table does not, and what lies behind it depends on the machine.
        expect(classifyAddress(text) !== null).toBe(isIP(text) !== 0 && !text.includes('%'))
      }),
      { numRuns: 2000 },
    )
  })

  it('an address that is allowed without a word never is one that Node itself counts among the dangerous', () => {
    const dangerous = new BlockList()
    for (const [net, bits] of [
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['0.0.0.0', 8],
      ['224.0.0.0', 3],
    ] as const)
      dangerous.addSubnet(net, bits, 'ipv4') // a mapped address is checked against these too
    for (const [net, bits] of [
      ['::', 127],
      ['fe80::', 10],
      ['ff00::', 8],
      ['fd00:ec2::', 32],
    ] as const)
      dangerous.addSubnet(net, bits, 'ipv6')
    const near = fc.oneof(
      anyText,
      fc
        .tuple(fc.constantFrom('127.', '169.', '0.', '224.', '255.'), fc.nat(255), fc.nat(255), fc.nat(255))
        .map(([first, ...rest]) => first + rest.join('.')),
    )
    const spelled = fc.tuple(fc.constantFrom('', '::ffff:'), near).map((parts) => parts.join(''))
    fc.assert(
      fc.property(spelled, (text) => {
        fc.pre(isIP(text) !== 0 && !text.includes('%'))
        if (!dangerous.check(text, isIPv6(text) ? 'ipv6' : 'ipv4')) return
        const kind = classifyAddress(text)
        expect(kind !== null && DEFAULT_ALLOWED_ADDRESSES.has(kind)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('why no prober would connect to an address', () => {
  it('an address that is allowed has no fault', () => {
    expect(addressFault('10.0.0.1', DEFAULT_ALLOWED_ADDRESSES)).toBeNull()
    expect(addressFault('127.0.0.1', ALLOWED_ADDRESSES_WITH_LOOPBACK)).toBeNull()
    expect(addressFault('10.0.0.1', ALLOWED_ADDRESSES_WITH_LOOPBACK)).toBeNull()
  })

  it('an address that is not allowed, or is none, has a fault that says what it is and what is allowed', () => {
    const allowed = 'the policy (allowed_addresses) allows global, private'
    const faultOf = (address: string) => addressFault(address, DEFAULT_ALLOWED_ADDRESSES)
    expect(faultOf('127.0.0.1')).toBe(`address 127.0.0.1 is loopback: ${allowed}`)
    expect(faultOf('web-01')).toBe(`address web-01 is none: ${allowed}`)
  })
})

describe('the classes that a policy allows', () => {
  it('the classes that a policy allows have one spelling', () => {
    expect(formatAddressClasses(DEFAULT_ALLOWED_ADDRESSES)).toBe('global,private')
    const anyClasses = fc.subarray([...ADDRESS_CLASSES], { minLength: 1 }).map((classes) => new Set(classes))
    fc.assert(
      fc.property(anyClasses, (classes) => {
        expect(parseAddressClasses(formatAddressClasses(classes))).toEqual(classes)
      }),
    )
    expect(formatAddressClasses(parseAddressClasses('loopback,global') ?? new Set())).toBe('global,loopback')
  })

  it.each(['', 'all', 'global,', 'global, private', 'Global'])(
    'the classes that a policy allows are not %j',
    (text) => {
      expect(parseAddressClasses(text)).toBeNull()
    },
  )
})
