import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configTable, withConfigTable } from '../../../../shared/runtime/config/config-table.ts'
import { settings } from '../../../../shared/runtime/config/settings.ts'

const document = readFileSync(new URL('../../../../CONFIGURATION.md', import.meta.url), 'utf8')

describe('the configuration table', () => {
  it('equals the one in CONFIGURATION.md, which npm run docs writes', () => {
    expect(document).toBe(withConfigTable(document))
  })

  it('contains every variable once, and no others', () => {
    const named = [...configTable().matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.values(settings).flatMap((group) => Object.keys(group)))
  })

  it('has a description of every variable', () => {
    for (const group of Object.values(settings))
      for (const { meaning } of Object.values(group)) expect(meaning.length).toBeGreaterThan(10)
  })

  it('replaces the previous table and keeps the text around it', () => {
    const [before, after] = document.split(configTable())
    const stale = `${before}| \`OLD\` | 1 | gone |${after}`
    expect(withConfigTable(stale)).toBe(document)
  })

  it('cannot be written to a document without its markers', () => {
    expect(() => withConfigTable('# Something else')).toThrow('lacks the markers')
  })
})
