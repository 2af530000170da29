import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder, sourceHash } from '../../../services/web/source-hash.ts'

describe('The hash of the page’s sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-page-'))
  beforeAll(() => {
    for (const path of ['services/web', 'shared', 'package.json']) {
      cpSync(join(projectFolder, path), join(folder, path), { recursive: true })
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('does not depend on the folder of the sources', () => {
    expect(sourceHash(folder)).toBe(sourceHash())
  })

  it.each(['services/web/src/new.css', 'shared/client/connect.ts'])('changes with %s', (path) => {
    const before = sourceHash(folder)
    writeFileSync(join(folder, path), 'changed')
    expect(sourceHash(folder)).not.toBe(before)
  })

  const editManifest = (pattern: RegExp, becomes: string): void => {
    const path = join(folder, 'package.json')
    const manifest = readFileSync(path, 'utf8')
    expect(manifest).toMatch(pattern)
    writeFileSync(path, manifest.replace(pattern, becomes))
  }

  it.each(['preact', 'vite', 'zod'])('changes with the version of %s', (name) => {
    const before = sourceHash(folder)
    editManifest(new RegExp(`"${name}": "[^"]+"`), `"${name}": "0.0.0"`)
    expect(sourceHash(folder)).not.toBe(before)
  })

  it('does not change with files and packages that the page does not use', () => {
    const before = sourceHash(folder)
    writeFileSync(join(folder, 'shared/runtime/config/config.ts'), 'changed')
    editManifest(/"kafkajs": "[^"]+"/, '"kafkajs": "0.0.0"')
    expect(sourceHash(folder)).toBe(before)
  })
})
