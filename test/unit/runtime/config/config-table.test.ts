import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configTable, withConfigTable } from '../../../../shared/runtime/config/config-table.ts'
import { settings } from '../../../../shared/runtime/config/settings.ts'

const document = readFileSync(new URL('../../../../CONFIGURATION.md', import.meta.url), 'utf8')

describe('the configuration table', () => {
  it('in CONFIGURATION.md is the one of the settings (npm run docs writes it)', () => {
    expect(document).toBe(withConfigTable(document))
  })

  it('names every variable once, and no other', () => {
    const named = [...configTable().matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.values(settings).flatMap((group) => Object.keys(group)))
  })

  it('tells a meaning for each', () => {
    for (const group of Object.values(settings))
      for (const { meaning } of Object.values(group)) expect(meaning.length).toBeGreaterThan(10)
  })

  it('keeps what stands around it, and replaces what was in it', () => {
    const [before, after] = document.split(configTable())
    const stale = `${before}| \`OLD\` | 1 | gone |${after}`
    expect(withConfigTable(stale)).toBe(document)
  })

  it('is refused by a document without a place for it', () => {
    expect(() => withConfigTable('# Something else')).toThrow('no place')
  })
})
