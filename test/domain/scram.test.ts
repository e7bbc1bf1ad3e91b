import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { scramVerifier } from '../../shared/domain/scram.ts'

// The exchange that RFC 7677, section 3, gives as its example.
const PASSWORD = 'pencil'
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const NONCE = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const AUTH_MESSAGE = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${NONCE},s=${SALT},i=4096,c=biws,r=${NONCE}`
const CLIENT_PROOF = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
const SERVER_SIGNATURE = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
const hmac = (key: Buffer): Buffer => createHmac('sha256', key).update(AUTH_MESSAGE).digest()

it('a SCRAM verifier proves both sides of the exchange that RFC 7677 gives as its example', () => {
  const verifier = scramVerifier(PASSWORD, bytes(SALT))
  const [, salt, storedKey = '', serverKey = ''] =
    /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? []
  expect(salt).toBe(SALT)
  expect(hmac(bytes(serverKey)).toString('base64')).toBe(SERVER_SIGNATURE)
  const clientSignature = hmac(bytes(storedKey))
  const clientKey = bytes(CLIENT_PROOF).map((byte, i) => byte ^ (clientSignature[i] ?? 0))
  expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey)
})

it('a SCRAM verifier is the same for two spellings of a password that PostgreSQL takes for one', () => {
  const [ligature, letters] = ['\ufb01sh', 'fish']
  expect(scramVerifier(ligature, bytes(SALT))).toBe(scramVerifier(letters, bytes(SALT)))
})
