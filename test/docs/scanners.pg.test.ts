import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { databaseUrl } from '../support/fleet-command.ts'
import { hdfFile } from '../support/hdf-file.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { ROOT } from '../support/repository.ts'
import { startSqsWithClient } from '../support/servers/sqs.ts'
import { testResult } from '../support/xccdf-file.ts'

const page = readFileSync(join(ROOT, 'docs/scanners.md'), 'utf8')
const ownJson = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const commands = [...page.matchAll(/^npm run scan:import -- (.*)$/gm)].map(([, args]) => args ?? '')

/** The files that the page speaks of, each as the scanner that it names writes it. */
function leaveResults(folder: string): void {
  const xccdf = testResult({ rules: [{ id: 'r', result: 'fail' }] }).replace('web-1', 'web-01')
  mkdirSync(join(folder, 'results/web-01'), { recursive: true })
  writeFileSync(join(folder, 'results.xml'), xccdf)
  writeFileSync(join(folder, 'results/a.xml'), xccdf)
  writeFileSync(join(folder, 'results/web-01/scan.xml'), xccdf)
  writeFileSync(join(folder, 'results.json'), hdfFile([{ id: 'c' }]))
  writeFileSync(join(folder, 'own.json'), ownJson)
}

test('docs/scanners.md shows every kind of command', () => {
  expect(commands).toEqual([
    '--host web-01 results.xml',
    'results',
    '--host web-01 results.json',
    '--host web-01 --completed-at 2026-03-01T10:00:00Z results.json',
    'own.json',
    "'results/*.xml'",
  ])
})

test.each(commands)('scan:import %s records a scan of web-01, as docs/scanners.md says', async (command) => {
  await using db = await freshDatabase()
  await using sqs = await startSqsWithClient()
  const { queue } = await sqs.createQueue()
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-scanners-'))
  try {
    leaveResults(folder)
    await db.sql`insert into hosts (hostname, ip_address, port) values ('web-01', '192.0.2.10', 22)`
    const script = join(ROOT, 'cli/scan/import.ts')
    const args = command.split(' ').map((word) => word.replaceAll("'", ''))
    const child = spawn(process.execPath, [script, ...args, '--queue-url', queue.url], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ...databaseUrl(db),
        AWS_ENDPOINT_URL_SQS: sqs.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    })
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    expect(code, err).toBe(0)
    expect(out).toMatch(/web-01 .*\d+ rules recorded, \d+ new, 0 changed, 0 re-graded, announced\n/)
    expect(await db.sql`select distinct hostname from host_rule_state join hosts on id = host_id`).toEqual([
      { hostname: 'web-01' },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
