import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
const isSource = (file: string): boolean => /\.tsx?$/.test(file)
const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(isSource)

/** The names of the types that a text declares at its outermost level. */
const declaredTypes = (text: string): string[] =>
  [...text.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm)].map(([, name = '']) => name)

it('A type name is declared in one file only, so that it means one thing', () => {
  const files = new Map<string, string[]>()
  for (const folder of ['services', 'shared', 'infra']) {
    for (const file of filesOf(folder)) {
      const path = join(folder, file)
      for (const name of declaredTypes(readFileSync(join(root, path), 'utf8')))
        files.set(name, [...(files.get(name) ?? []), path])
    }
  }
  expect(files.size).toBeGreaterThan(500)
  expect([...files].filter(([, paths]) => paths.length > 1)).toEqual([])
})
