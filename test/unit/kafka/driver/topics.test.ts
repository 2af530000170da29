import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replayTopicOf, topicsOf, writerGroup } from '../../../../infra/kafka/driver/topics.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../../infra/kafka/README.md'), 'utf8')

const partitions = 60
const days = (retentionMs: string | undefined): string =>
  retentionMs === '-1' ? 'for ever' : `${Number(retentionMs) / 86_400_000} days`

/** The README's table, by topic. */
const rows = new Map(
  readme
    .split('\n')
    .filter((line) => line.startsWith('| `chat.'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, topic, , count, kept]) => [topic, { count, kept }] as const),
)

describe('the specifications of the topics', () => {
  it('agree with the table in infra/kafka/README.md on names, partitions and retention', () => {
    const specs = [...Object.values(topicsOf('', partitions)), replayTopicOf('', partitions)]
    expect(rows.size).toBe(specs.length)
    for (const spec of specs) {
      expect(rows.get(`\`${spec.name}\``), spec.name).toEqual({
        count: spec.partitions === partitions ? '`PARTITIONS`' : String(spec.partitions),
        kept: days(spec.config['retention.ms']),
      })
    }
    expect(readme).toContain(`group \`${writerGroup('')}\``)
  })

  it('prefix every name with the namespace', () => {
    expect(topicsOf('eu', 1).commands.name).toBe('eu.chat.commands')
    expect(writerGroup('eu')).toBe('eu.chat.writer')
  })
})
