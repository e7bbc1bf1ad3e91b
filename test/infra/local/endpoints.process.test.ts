import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEndpoints, removeEndpoints, writeEndpoints } from '../../../infra/local/endpoints.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-endpoints-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const endpoints = (pid = process.pid) => ({
  pid,
  database: { host: '127.0.0.1', port: 5432, database: 'fleet', username: 'owner', password: 'secret' },
  sqs: {
    endpoint: 'http://127.0.0.1:4566',
    queueUrl: 'http://127.0.0.1:4566/000000000000/scans',
    deadLetterQueueUrl: 'http://127.0.0.1:4566/000000000000/scans-dlq',
  },
})

/** The id of a process that is gone. */
const goneProcess = (): number => spawnSync(process.execPath, ['--eval', '']).pid

test('what a run tells of itself is read back, by its owner only', () => {
  writeEndpoints(folder, endpoints())
  expect(readEndpoints(folder)).toEqual(endpoints())
  expect(statSync(join(folder, 'endpoints.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['endpoints.json'])
})

test('a later run takes the place of an earlier one, whose end then leaves it alone', () => {
  writeEndpoints(folder, endpoints(goneProcess()))
  writeEndpoints(folder, { ...endpoints(), database: null })
  removeEndpoints(folder, goneProcess())
  expect(readEndpoints(folder)?.database).toBeNull()
  removeEndpoints(folder, process.pid)
  expect(readdirSync(folder)).toEqual([])
  removeEndpoints(folder, process.pid)
})

test('there is no run where there is no file, or where its process is gone', () => {
  expect(readEndpoints(folder)).toBeNull()
  writeEndpoints(folder, endpoints(goneProcess()))
  expect(readEndpoints(folder)).toBeNull()
})

test.each(['', '{', '{}', '{"pid":1}', JSON.stringify({ ...endpoints(), sqs: { endpoint: 'x' } })])(
  'a file that says %j is refused with its path',
  (text) => {
    writeFileSync(join(folder, 'endpoints.json'), text)
    expect(() => readEndpoints(folder)).toThrow(join(folder, 'endpoints.json'))
  },
)
