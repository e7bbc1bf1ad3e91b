import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'

/** Without it a bundled CommonJS package that calls `require` stops at import. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

export type BundledProgram = Disposable & {
  /**
   * Runs it in a process of its own, with V8's old space limited, and returns what it prints, as JSON.
   *
   * @throws when the process fails, as for too little memory.
   */
  readonly run: <Result>(how: {
    readonly args: readonly string[]
    readonly env: NodeJS.ProcessEnv
    readonly heapMiB: number
    /** When it is sent SIGTERM. */
    readonly stopAfter?: Promise<unknown>
  }) => Promise<Result>
}

/** Bundles a program as functions are bundled: unbundled, Node's own compiler takes some 40 MiB of the memory. */
export async function bundleProgram(path: string): Promise<BundledProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-program-'))
  const outfile = join(folder, 'program.mjs')
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
  })
  return {
    run: async ({ args, env, heapMiB, stopAfter }) => {
      const command = [`--max-old-space-size=${heapMiB}`, outfile, ...args]
      const running = promisify(execFile)(process.execPath, command, {
        env: { PATH: process.env.PATH, ...env },
      })
      stopAfter?.then(() => running.child.kill('SIGTERM'))
      return JSON.parse((await running).stdout)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
