import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FUNCTION_NAMES } from '../../../shared/domain/functions.ts'
import { lambdaContext } from '../../support/functions/probe.ts'
import { catchTokens } from '../../support/postgres/token-catcher.ts'
import { INSTALLATIONS, resourcesOf, synthesise } from '../../support/synth.ts'

/** Of a minified bundle: more takes too long to import at a cold start. */
const MAX_BUNDLE_BYTES = 500_000
/** esbuild keeps the whole of the EC2 client, which is 550 kB; nobody waits for this function. */
const MAX_INVENTORY_BUNDLE_BYTES = 1_100_000
/**
 * The ingest function has the client of S3 in it, which alone is 300 KB, and the readers of three formats. Nobody waits for
 * its cold start: a file is recorded some seconds after it was put.
 */
const MAX_INGEST_BUNDLE_BYTES = 700_000
const MAX_BYTES_OF: Readonly<Record<string, number>> = {
  ingest: MAX_INGEST_BUNDLE_BYTES,
  inventory: MAX_INVENTORY_BUNDLE_BYTES,
}

/** esbuild is started once a function, on machines that do other things too. */
const BUNDLING_TIMEOUT_MS = 120_000

const bundles = mkdtempSync(join(tmpdir(), 'bundles-'))
let folders: Record<string, string> = {}

beforeAll(() => {
  const synthesised = synthesise(
    { stage: 'emulated', ...INSTALLATIONS.emulated },
    { bundle: true, inspect: (outdir) => cpSync(outdir, bundles, { recursive: true }) },
  )
  folders = Object.fromEntries(
    resourcesOf(synthesised, 'AWS::Lambda::Function').map(([, { Properties }]) => {
      const { S3Key } = Properties.Code as { S3Key: string }
      return [String(Properties.FunctionName), join(bundles, `asset.${S3Key.replace('.zip', '')}`)]
    }),
  )
}, BUNDLING_TIMEOUT_MS)

afterAll(() => rmSync(bundles, { recursive: true }))

describe('the bundle of each function', () => {
  it.each(FUNCTION_NAMES)(
    'the bundle of %s is small, says where its lines come from, and can be imported alone',
    async (folder) => {
      const asset = folders[`fleet-awareness-emulated-${folder}`] ?? ''
      expect(statSync(join(asset, 'index.mjs')).size).toBeLessThan(MAX_BYTES_OF[folder] ?? MAX_BUNDLE_BYTES)
      expect(existsSync(join(asset, 'index.mjs.map'))).toBe(true)
      expect(existsSync(join(asset, 'node_modules'))).toBe(false)
      const loaded: { handler?: unknown } = await import(
        /* @vite-ignore */ pathToFileURL(join(asset, 'index.mjs')).href
      )
      expect(loaded.handler).toBeTypeOf('function')
    },
  )

  it.each(['probe', 'operate'])(
    'the bundle of %s signs in with a token for its server and its user, from the credentials that Lambda gives it',
    async (folder) => {
      await using server = await catchTokens()
      const environment = {
        STAGE: 'emulated',
        DATABASE_HOST: '127.0.0.1',
        DATABASE_PORT: String(server.port),
        DATABASE_NAME: 'awareness',
        DATABASE_USER: `awareness_${folder}`,
        DATABASE_AUTH: 'iam',
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'of the role',
        AWS_SESSION_TOKEN: 'of/the+session',
        POWERTOOLS_LOG_LEVEL: 'SILENT',
      }
      for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
      const asset = folders[`fleet-awareness-emulated-${folder}`] ?? ''
      const { handler } = await import(/* @vite-ignore */ pathToFileURL(join(asset, 'index.mjs')).href)
      const event = { probe: { hostIds: [randomUUID()], cause: 'operator' }, operate: { command: 'policy' } }[
        folder
      ]
      await expect(handler(event, lambdaContext())).rejects.toThrow('PAM authentication failed')
      vi.unstubAllEnvs()
      const [token] = server.passwords
      const url = new URL(`https://${token}`)
      expect(url.host).toBe(`127.0.0.1:${server.port}`)
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        Action: 'connect',
        DBUser: `awareness_${folder}`,
        'X-Amz-Credential': expect.stringMatching(/^ASIAEXAMPLE\/\d{8}\/eu-central-1\/rds-db\/aws4_request$/),
        'X-Amz-Security-Token': 'of/the+session',
        'X-Amz-Expires': '900',
      })
    },
  )

  it('the bundle that migrates has the migrations beside it', () => {
    const asset = folders['fleet-awareness-emulated-migrate'] ?? ''
    expect(readdirSync(join(asset, 'migrations'))).toEqual(readdirSync('migrations'))
    expect(readFileSync(join(asset, 'migrations/001.do.hosts.sql'), 'utf8')).toMatch(/create table/)
  })
})
