import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUNCTION_NAMES } from '../../../shared/domain/functions.ts'
import { INSTALLATIONS, resourcesOf, synthesise } from '../../support/synth.ts'

/** Of a minified bundle: more takes too long to import at a cold start. */
const MAX_BUNDLE_BYTES = 500_000

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
    '%s: is small, says where its lines come from, and can be imported alone',
    async (folder) => {
      const asset = folders[`awareness-emulated-${folder}`] ?? ''
      expect(statSync(join(asset, 'index.mjs')).size).toBeLessThan(MAX_BUNDLE_BYTES)
      expect(existsSync(join(asset, 'index.mjs.map'))).toBe(true)
      expect(existsSync(join(asset, 'node_modules'))).toBe(false)
      const loaded: { handler?: unknown } = await import(
        /* @vite-ignore */ pathToFileURL(join(asset, 'index.mjs')).href
      )
      expect(loaded.handler).toBeTypeOf('function')
    },
  )

  it('that migrates has the migrations beside it', () => {
    const asset = folders['awareness-emulated-migrate'] ?? ''
    expect(readdirSync(join(asset, 'migrations'))).toEqual(readdirSync('migrations'))
    expect(readFileSync(join(asset, 'migrations/001.do.hosts.sql'), 'utf8')).toMatch(/create table/)
  })
})
