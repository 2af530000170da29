import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder, sourceHash } from '../../../services/web/source-hash.ts'

describe('the hash of the page’s sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-page-'))
  beforeAll(() => {
    for (const path of ['services/web', 'shared', 'package-lock.json']) {
      cpSync(join(projectFolder, path), join(folder, path), { recursive: true })
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is the same wherever the same sources lie', () => {
    expect(sourceHash(folder)).toBe(sourceHash())
  })

  it.each(['services/web/src/new.css', 'shared/client/connect.ts', 'package-lock.json'])('changes with %s', (path) => {
    const before = sourceHash(folder)
    writeFileSync(join(folder, path), 'changed')
    expect(sourceHash(folder)).not.toBe(before)
  })

  it('does not change with what the page is not made of', () => {
    const before = sourceHash(folder)
    writeFileSync(join(folder, 'shared/runtime/config.ts'), 'changed')
    expect(sourceHash(folder)).toBe(before)
  })
})
