import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testingPackage } from '../../../infra/npm/testing-package.ts'

describe('The package chat-testing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-testing-'))
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  beforeAll(() => testingPackage(folder), 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('depends only on what containers, the load and the checker need', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: object }
    expect(Object.keys(dependencies)).toEqual(['hdr-histogram-js', 'pg', 'testcontainers', 'zod'])
  })

  it('contains the file that the load starts as a thread', () => {
    expect(globSync('**/*.js', { cwd: folder })).toContain('test/support/load/pace-thread.js')
  })

  it('has no syntax and no global that Node 22 does not have', () => {
    const newer = /^\s*(?:await )?using \w|\b(?:Async)?DisposableStack\(|RegExp\.escape|Promise\.try|Error\.isError/m
    const files = globSync('**/*.js', { cwd: folder })
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((file) => newer.test(read(file)))).toEqual([])
  })
})
