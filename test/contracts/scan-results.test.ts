import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { scanResultsSchema } from '../../shared/contracts/scan-results.ts'

it('the format of scan results is published as the schema that the code has', () => {
  const published = readFileSync(new URL('../../docs/scan-results.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(scanResultsSchema())))
})
