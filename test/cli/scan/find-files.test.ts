import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findFiles } from '../../../cli/scan/find-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleet-awareness-results-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function leave(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
}
const found = (...paths: string[]): string[] =>
  findFiles(paths.map((path) => join(root, path))).map(
    ({ path, folder }) => `${path.slice(root.length + 1)}${folder === null ? '' : ` of ${folder}`}`,
  )

test('a folder is all results files in it, each with the folder that may name its host', () => {
  leave(
    'b.json',
    'a.XML',
    'web-01/2025/x.xml.gz',
    'web-01/y.json.gz',
    'report.html',
    '.hidden.xml',
    'web-02/notes.txt',
  )
  expect(found('')).toEqual([
    'a.XML',
    'b.json',
    'web-01/2025/x.xml.gz of web-01',
    'web-01/y.json.gz of web-01',
  ])
  expect(found('web-01')).toEqual(['web-01/2025/x.xml.gz of 2025', 'web-01/y.json.gz'])
})

test('a pattern is the files that match it, whatever they are called', () => {
  leave('one.xml', 'two.xml', 'two.txt', 'deep/three.xml')
  mkdirSync(join(root, 'folder.xml'))
  expect(found('*.xml')).toEqual(['one.xml', 'two.xml'])
  expect(found('**/t*')).toEqual(['deep/three.xml', 'two.txt', 'two.xml'])
})

test('a file is itself, also with the signs of a pattern in its name, or if it is not there', () => {
  leave('a[1].xml', 'no-ending')
  expect(found('a[1].xml', 'no-ending', 'nowhere')).toEqual(['a[1].xml', 'no-ending', 'nowhere'])
})

test('what is meant twice is one file', () => {
  leave('one.xml', 'two.xml')
  expect(found('two.xml', '', '*.xml')).toEqual(['two.xml', 'one.xml'])
})

test('nothing to import, and too much, are refused', () => {
  leave('web-01/notes.txt')
  expect(() => found('')).toThrow('has no file that ends in .xml, .json, .xml.gz or .json.gz')
  expect(() => found('*.xml')).toThrow('no file matches')
  expect(() => findFiles(['-', 'a.xml'])).toThrow('standard input (-) is read alone')
  expect(() => findFiles(Array.from({ length: 10_001 }, (_, i) => `nowhere-${i}`))).toThrow(
    'more than 10000 files',
  )
})
