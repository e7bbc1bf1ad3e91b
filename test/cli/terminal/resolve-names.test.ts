import { describe, expect, it } from 'vitest'
import { createNameResolver, type LookUp, parseResolveChoice } from '../../../cli/terminal/resolve-names.ts'
import { UserError } from '../../../shared/domain/errors.ts'

const failWith = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))

describe('resolving host names', () => {
  it('resolving a name gives its addresses in one order, whatever order DNS has: IPv4 first, each once, canonical', async () => {
    const answers = [
      ['2001:DB8:0::2', '192.0.2.10', '192.0.2.9', '::ffff:192.0.2.1'],
      ['192.0.2.9', '::ffff:192.0.2.1', '192.0.2.10', '2001:db8::2', '192.0.2.9'],
    ]
    const found = await Promise.all(
      answers.map((addresses) => createNameResolver(async () => addresses)(['web.example.org'])),
    )
    const sorted = { addresses: ['192.0.2.9', '192.0.2.10', '::ffff:c000:201', '2001:db8::2'] }
    expect(found.map((names) => names.get('web.example.org'))).toEqual([sorted, sorted])
  })

  it('the resolver looks each name up once, however often it is asked for, and not all at the same time', async () => {
    const asked: string[] = []
    let underWay = 0
    let most = 0
    const lookUp: LookUp = async (name) => {
      asked.push(name)
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay--
      return ['192.0.2.1']
    }
    const resolve = createNameResolver(lookUp)
    const names = Array.from({ length: 100 }, (_, i) => `web-${i}`)
    await resolve(names)
    expect((await resolve([...names, 'db'])).size).toBe(101)
    expect(asked.toSorted()).toEqual([...names, 'db'].toSorted())
    expect(most).toBeLessThanOrEqual(16)
  })

  it.each<[string, LookUp, string]>([
    ['a name that is not there', failWith('ENOTFOUND'), 'there is no such name'],
    ['a DNS server that is away', failWith('EAI_AGAIN'), 'DNS does not answer'],
    ['a name without an address', async () => [], 'it has no address'],
    ['an address of one interface only', async () => ['fe80::1%eth0'], 'it has no address'],
    ['no answer at all', () => new Promise(() => {}), 'no answer within 0.02 s'],
  ])('the resolver says why there is no address: %s', async (_, lookUp, fault) => {
    expect((await createNameResolver(lookUp, 20)(['web'])).get('web')).toEqual({ fault })
  })

  it('the resolver uses the system’s own resolver by default', async () => {
    const names = await createNameResolver()(['localhost', 'no-such-host.invalid'])
    expect(names.get('localhost')).toEqual({
      addresses: expect.arrayContaining([expect.stringMatching(/^(127\.|::1)/)]),
    })
    expect(names.get('no-such-host.invalid')).toEqual({ fault: expect.any(String) })
  })

  it('the choice to resolve host names is always or never', () => {
    expect(parseResolveChoice('never')).toBe('never')
    expect(() => parseResolveChoice('often')).toThrow(UserError)
  })
})
