import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidValueError } from '../../shared/domain/errors.ts'
import { encodeHostId, isUuid, parseHostId } from '../../shared/domain/ids.ts'

describe('a host id', () => {
  it('a host id is a UUID of any version, and is kept in lower case', () => {
    expect(parseHostId('0190A1B2-C3D4-7E5F-8A6B-7C8D9E0F0005')).toBe('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005')
    expect(parseHostId('00000000-0000-0000-0000-000000000000')).toBe('00000000-0000-0000-0000-000000000000')
  })

  it.each([
    '',
    'web-1',
    '0190a1b2c3d47e5f8a6b7c8d9e0f0005',
    'x0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
    '{0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005}',
    '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f000',
    '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005\n',
    '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f000g',
  ])('a host id is not %j', (text) => {
    expect(isUuid(text)).toBe(false)
    expect(() => parseHostId(text)).toThrow(InvalidValueError)
    expect(() => parseHostId(text)).toThrow(expect.objectContaining({ field: 'host_id' }))
  })

  it('a host id has the 16 bytes that its digits spell, in their order', () => {
    expect([...encodeHostId(parseHostId('00112233-4455-6677-8899-aabbccddeeff'))]).toEqual([
      0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    ])
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(Buffer.from(encodeHostId(parseHostId(uuid))).toString('hex')).toBe(uuid.replaceAll('-', ''))
      }),
    )
  })
})
