import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../support/repository.ts'
import { EQUIVALENTS } from './equivalents.ts'
import { inRandomOrder } from './random-order.ts'

it('every surviving mutant that is explained is of code that is still there', () => {
  const gone = EQUIVALENTS.filter(
    ({ file, original }) => !readFileSync(join(ROOT, file), 'utf8').includes(original),
  )
  expect(gone).toEqual([])
})

it('a mutation run takes the files in an order that its seed decides', () => {
  const files = Array.from({ length: 20 }, (_, i) => `file ${i}`)
  expect(inRandomOrder(files, 1)).toEqual(inRandomOrder(files.toReversed(), 1))
  expect(inRandomOrder(files, 1)).not.toEqual(inRandomOrder(files, 2))
  expect(inRandomOrder(files, 1).toSorted()).toEqual(files.toSorted())
})
