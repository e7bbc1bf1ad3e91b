import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { roleSignIns } from '../../functions/runtime/migrate-ports.ts'
import { rolePasswords } from '../../infra/aws/constructs/database-sign-in.ts'
import type { DatabaseSettings } from '../../infra/aws/settings.ts'
import {
  FUNCTION_NAMES,
  FUNCTION_ROLES,
  FUNCTIONS,
  type FunctionTable,
  functionSignIns,
  SIGNING_FUNCTIONS,
} from '../../shared/domain/functions.ts'
import { ROOT } from '../support/repository.ts'

/** The table with a function that is not there. */
const WITH_COURIER: FunctionTable = {
  ...FUNCTIONS,
  courier: {
    folder: 'courier',
    role: 'awareness_courier',
    service: 'awareness-courier',
    secret: { field: 'courier_password', variable: 'COURIER_PASSWORD' },
    description: 'Made up by a test',
  },
}

/** What each function of a table needs in the repository, and has not. */
const missingFiles = (table: FunctionTable): string[] =>
  Object.entries(table)
    .flatMap(([name, { folder }]) => [`functions/${folder}/handler.ts`, `infra/aws/constructs/${name}.ts`])
    .filter((path) => !existsSync(join(ROOT, path)))

describe('the table of functions', () => {
  it('the table of functions has a row for each folder under functions, and a folder and a construct for each row', () => {
    const folders = readdirSync(join(ROOT, 'functions')).filter((name) => name !== 'runtime')
    expect(folders.sort()).toEqual(
      Object.values(FUNCTIONS)
        .map(({ folder }) => folder)
        .sort(),
    )
    expect(missingFiles(FUNCTIONS)).toEqual([])
    expect(missingFiles(WITH_COURIER)).toEqual([
      'functions/courier/handler.ts',
      'infra/aws/constructs/courier.ts',
    ])
  })

  it('the table of functions gives no two functions the same folder, role, service, secret field or variable', () => {
    const rows = Object.values(FUNCTIONS)
    const signIns = functionSignIns()
    for (const values of [
      rows.map(({ folder }) => folder),
      rows.map(({ service }) => service),
      signIns.map(({ role }) => role),
      signIns.map(({ secret }) => secret.field),
      signIns.map(({ secret }) => secret.variable),
    ]) {
      expect(new Set(values).size).toBe(values.length)
    }
  })

  it('the table of functions has a role for each function that signs in, and none for migrations', () => {
    expect(SIGNING_FUNCTIONS).toEqual(FUNCTION_NAMES.filter((name) => name !== 'migrate'))
    expect(FUNCTION_ROLES).toEqual(functionSignIns().map(({ role }) => role))
    expect(FUNCTION_ROLES).toContain('awareness_fan_out')
  })

  it('the table of functions names each secret field that the documentation asks for', () => {
    const documented = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
    for (const { secret } of functionSignIns()) expect(documented).toContain(`\`${secret.field}\``)
  })
})

describe('a row that is added to the table', () => {
  it('a row that is added to the table of functions gets its password from the field of the secret into its variable, and from there onto its role', () => {
    const database = {
      kind: 'existing',
      signIn: { kind: 'password', owner: 'owner', password: 'of all' },
    } as Extract<DatabaseSettings, { kind: 'existing' }>
    expect(rolePasswords(database, WITH_COURIER)).toEqual({
      ...rolePasswords(database),
      COURIER_PASSWORD: 'of all',
    })
    const byRole = (table: FunctionTable) =>
      Object.fromEntries(
        roleSignIns(({ field }) => (field === 'courier_password' ? 'of the courier' : null), table).map(
          ({ role, verifier }) => [role, verifier],
        ),
      )
    expect(byRole(FUNCTIONS)).not.toHaveProperty('awareness_courier')
    expect(byRole(WITH_COURIER)).toEqual({
      ...byRole(FUNCTIONS),
      awareness_courier: expect.stringMatching(/^SCRAM-SHA-256\$/),
    })
  })
})
