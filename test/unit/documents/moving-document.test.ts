import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../../services/admin/moving/import-file.ts'
import { lineSchemas } from '../../../services/admin/moving/lines.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'

const markdown = readFileSync(new URL('../../../MOVING.md', import.meta.url), 'utf8')
const rows = [...markdown.matchAll(/^\| (`[a-z]+`(?:, `[a-z]+`)*) \| (.+?) \|/gm)].map(([, kinds = '', fields = '']) => ({
  kinds,
  fields,
}))

describe('MOVING.md', () => {
  it('has an example that an import accepts', async () => {
    const example = /```jsonl\n([\s\S]+?)```/.exec(markdown)?.[1] ?? ''
    const folder = mkdtempSync(join(tmpdir(), 'example-'))
    try {
      const file = join(folder, 'example.jsonl')
      writeFileSync(file, example)
      const { signal } = new AbortController()
      const report = await importFile(
        file,
        { limits: defaultLimits, clock: systemClock, signal, report: () => undefined },
        undefined,
      )
      expect(report).toMatchObject({ lines: 8, rejected: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('lists every kind of line with all its fields', () => {
    const missing = Object.entries(lineSchemas).flatMap(([kind, { shape }]) => {
      const row = rows.find(({ kinds }) => kinds.includes(`\`${kind}\``))
      const fields = Object.keys(shape).filter((field) => !['kind', 'user', 'created_at'].includes(field))
      return fields.filter((field) => !new RegExp(`\`${field}[?\`:]`).test(row?.fields ?? '')).map((field) => `${kind}.${field}`)
    })
    expect(missing).toEqual([])
  })
})
