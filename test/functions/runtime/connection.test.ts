import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { parseEnvironment } from '../../../functions/runtime/config.ts'
import { passwordConnection } from '../../../functions/runtime/connection.ts'
import { trusting } from '../../../shared/db/trust.ts'
import { makeAuthority } from '../../support/certificates.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-authority-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ENVIRONMENT = {
  STAGE: 'test',
  DATABASE_HOST: 'db.example.com',
  DATABASE_NAME: 'fleet',
  DATABASE_USER: 'awareness_probe',
  DATABASE_AUTH: 'password',
  DATABASE_PASSWORD: 'secret',
}

describe('the connection of a function', () => {
  it("trusts the authorities of its file, and Node.js' own beside them, as a proxy has a public certificate", () => {
    const { certificate } = makeAuthority('of RDS')
    const file = join(folder, 'authorities.pem')
    writeFileSync(file, certificate)
    const config = parseEnvironment({ ...ENVIRONMENT, DATABASE_CA_FILE: file }, {})
    const { tlsCertificateAuthority: trusted = '' } = passwordConnection(config, 'secret')
    expect(trusted).toContain(certificate)
    for (const root of rootCertificates) expect(trusted).toContain(root)
    expect(() => trusting(trusted)).not.toThrow()
  })
})
