import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** Where a running local product listens, for the commands that are started next to it. */
const Endpoints = z.object({
  /** The process id of the runner. When that process has ended, there is nothing to connect to. */
  pid: z.int().positive(),
  /** How the owner signs in; null when the run uses DATABASE_URL, which the commands then need too. */
  database: z
    .object({
      host: z.string(),
      port: z.int().min(1).max(65_535),
      database: z.string(),
      username: z.string(),
      password: z.string(),
      tls: z.exactOptional(z.literal('unverified')),
      tlsCertificateAuthority: z.exactOptional(z.string()),
    })
    .nullable(),
  sqs: z.object({ endpoint: z.url(), queueUrl: z.url(), deadLetterQueueUrl: z.url() }),
  /** The bucket for results files. */
  s3: z.exactOptional(z.object({ endpoint: z.url(), bucket: z.string() })),
  /** Fleet time at one instant of the clock of the machine, and how many times as fast it runs. */
  clock: z.exactOptional(
    z.object({ fleetTime: z.iso.datetime(), machineTime: z.iso.datetime(), speed: z.number().positive() }),
  ),
})
export type Endpoints = z.infer<typeof Endpoints>

const FILE = 'endpoints.json'
/** Only the owner may read the file, because it contains a password. */
const OWNER_ONLY = 0o600

/** Publishes the endpoints of this run to the tools. Of two runs with one folder, the later one is published. */
export function writeEndpoints(folder: string, endpoints: Endpoints): void {
  const partial = join(folder, `${FILE}.${randomUUID()}`)
  writeFileSync(partial, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: OWNER_ONLY, flag: 'wx' })
  renameSync(partial, join(folder, FILE))
}

/**
 * Reads the endpoints of the run that is under way; null where none is, also when one died and left its
 * file.
 */
export function readEndpoints(folder: string): Endpoints | null {
  const path = join(folder, FILE)
  const text = readIfThere(path)
  if (text === null) return null
  try {
    const endpoints = Endpoints.parse(JSON.parse(text))
    return isRunning(endpoints.pid) ? endpoints : null
  } catch (cause) {
    throw new Error(`${path} is not as the runner writes it: remove it and start again`, { cause })
  }
}

/** Removes what `writeEndpoints` published, unless another run has published its own endpoints since. */
export function removeEndpoints(folder: string, pid: number): void {
  const text = readIfThere(join(folder, FILE))
  if (text === null) return
  const found = z.object({ pid: z.number() }).safeParse(JSON.parse(text))
  if (found.success && found.data.pid === pid) rmSync(join(folder, FILE), { force: true })
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // The process belongs to another account, so it exists.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
