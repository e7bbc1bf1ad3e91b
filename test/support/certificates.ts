import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate with its private key, both as PEM. */
export type Certificate = { readonly certificate: string; readonly key: string }

export type Authority = {
  readonly certificate: string
  /** A server's certificate for these DNS names, by default valid from yesterday until tomorrow. */
  readonly issue: (dnsNames: readonly string[], validity?: Validity) => Certificate
}

export type Validity = { readonly from: Date; readonly until: Date }

const DAY_MS = 86_400_000
/** ASN.1 tags (X.690), by what they stand for here. */
const TAG = { integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, time: 24, sequence: 48, set: 49 }
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
}

/** Makes a certificate authority of a test's own: RFC 5280, with keys on P-256. */
export function makeAuthority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const isAuthority = extension(OID.basicConstraints, der(TAG.sequence, Buffer.from('0101ff', 'hex')), true)
  const signedBy = (subject: string, publicKey: KeyObject, validity: Validity, extensions: Buffer[]) =>
    pem('CERTIFICATE', signed({ issuer: name, subject, publicKey, validity, extensions }, keys.privateKey))
  return {
    certificate: signedBy(name, keys.publicKey, aroundNow(), [isAuthority]),
    issue: (dnsNames, validity = aroundNow()) => {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const names = dnsNames.map((dnsName) => der(0x82, Buffer.from(dnsName)))
      const alternatives = extension(OID.subjectAltName, der(TAG.sequence, ...names))
      return {
        certificate: signedBy(dnsNames[0] ?? '', server.publicKey, validity, [alternatives]),
        key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

const aroundNow = (): Validity => ({
  from: new Date(Date.now() - DAY_MS),
  until: new Date(Date.now() + DAY_MS),
})

type ToSign = {
  readonly issuer: string
  readonly subject: string
  readonly publicKey: KeyObject
  readonly validity: Validity
  readonly extensions: readonly Buffer[]
}

function signed({ issuer, subject, publicKey, validity, extensions }: ToSign, key: KeyObject): Buffer {
  const algorithm = der(TAG.sequence, oid(OID.ecdsaWithSha256))
  const body = der(
    TAG.sequence,
    der(0xa0, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(issuer),
    der(TAG.sequence, time(validity.from), time(validity.until)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(TAG.sequence, ...extensions)),
  )
  return der(TAG.sequence, body, algorithm, der(TAG.bits, Buffer.from([0]), sign('sha256', body, key)))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const long = value.length < 128 ? '' : value.length.toString(16)
  const bytes = Buffer.from(long.length % 2 === 0 ? long : `0${long}`, 'hex')
  const length = long === '' ? [value.length] : [0x80 | bytes.length, ...bytes]
  return Buffer.concat([Buffer.from([tag, ...length]), value])
}

const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'))

const commonName = (name: string): Buffer =>
  der(TAG.sequence, der(TAG.set, der(TAG.sequence, oid(OID.commonName), der(TAG.utf8, Buffer.from(name)))))

const time = (date: Date): Buffer =>
  der(TAG.time, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`))

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  der(TAG.sequence, oid(id), ...(critical ? [Buffer.from('0101ff', 'hex')] : []), der(TAG.octets, value))

const pem = (label: string, bytes: Buffer): string =>
  [
    `-----BEGIN ${label}-----`,
    ...(bytes.toString('base64').match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    '',
  ].join('\n')
