import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ImportAdapters } from '../../../services/admin/moving/import-file.ts'
import { importAtStart } from '../../../services/embedded/import-at-start.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { recordingLog } from '../../support/recording-log.ts'

const adapters = { readModel: { meta: async () => ({ epoch: 'e', level: 3 }) } } as unknown as ImportAdapters

it('An import that the stop of the process interrupts is not reported as complete', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'import-'))
  const file = join(folder, 'chats.jsonl')
  writeFileSync(file, '{"kind":"export","version":1,"source":"x"}\n')
  const log = recordingLog()
  const stopping = { add: (_: string, stop: () => unknown) => void stop() }
  try {
    await importAtStart(file, { limits: defaultLimits }, adapters, { log, life: stopping } as never)
  } finally {
    rmSync(folder, { recursive: true })
  }
  expect(log.lines).toEqual(['the import was stopped; it continues at the next start {"lines":0}'])
})
