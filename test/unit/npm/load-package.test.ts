import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPackage } from '../../../infra/npm/load-package.ts'

describe('The package chat-load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-load-package-'))
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  beforeAll(() => loadPackage(folder), 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('depends only on what the load, the checker and the scenario file need', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: object }
    expect(Object.keys(dependencies)).toEqual(['hdr-histogram-js', 'ws', 'zod'])
  })

  it('contains the files that it starts as processes and threads', () => {
    const files = globSync('**/*.js', { cwd: folder })
    expect(files).toContain('test/load/workers/worker-process.js')
    expect(files).toContain('test/support/load/pace-thread.js')
  })

  it('has no syntax and no global that Node 22 does not have', () => {
    const newer = /^\s*(?:await )?using \w|\b(?:Async)?DisposableStack\(|RegExp\.escape|Promise\.try|Error\.isError/m
    const files = globSync('**/*.js', { cwd: folder })
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((file) => newer.test(read(file)))).toEqual([])
  })

  it('has a document whose links lead nowhere into the repository, with the command of the package', () => {
    expect(read('README.md')).not.toMatch(/\]\((?!https?:|#)/)
    expect(read('README.md')).not.toContain('npm run load')
    expect(read('README.md')).toContain('npx chat-load --help')
  })
})
