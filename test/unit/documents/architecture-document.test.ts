import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const document = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8')
const matches = (pattern: RegExp): string[] => [...document.matchAll(pattern)].map(([, found = '']) => found)

describe('ARCHITECTURE.md', () => {
  it('names only source files that exist', () => {
    const files = globSync('{services,shared,infra}/**/*.ts', { cwd: root })
    const names = new Set([...files, ...files.map((file) => basename(file))])
    const named = matches(/`([\w./-]+\.ts)`/g)
    expect(named.filter((name) => !names.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })

  it('names only folders that exist', () => {
    const named = matches(/`((?:services|shared|infra|test)\/[\w/-]+)`/g)
    expect(named.filter((name) => !existsSync(`${root}/${name}`))).toEqual([])
    expect(named.length).toBeGreaterThan(10)
  })

  it('links only to files that exist', () => {
    expect(matches(/\]\(([^)#:]+)\)/g).filter((path) => !existsSync(`${root}/${path}`))).toEqual([])
  })
})
