import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { replayTopicOf, topicsOf } from '../../infra/kafka/driver/topics.ts'
import { entities } from '../../infra/postgres/connection/entities.ts'
import { remainsAfter } from '../../services/admin/erasure/receipt.ts'

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const map = read('DATA.md')
/** The names in backticks in the first cells of the tables. */
const named = new Set(
  map
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
)

const dayMs = 86_400_000
const allTopics = [...Object.values(topicsOf('', 1)), replayTopicOf('', 1)]

describe('The data map', () => {
  it('names every table of the schema, and no other', () => {
    const tables = [...entities.map(({ meta }) => meta.tableName), 'mikro_orm_migrations']
    expect([...named].filter((name) => !name?.startsWith('chat.')).toSorted()).toEqual(tables.toSorted())
  })

  it('names every topic with its retention, and no other', () => {
    expect([...named].filter((name) => name?.startsWith('chat.')).toSorted()).toEqual(
      allTopics.map(({ name }) => name).toSorted(),
    )
    for (const { name, config } of allTopics) {
      const row = map.split('\n').find((line) => line.startsWith(`| \`${name}\``))
      expect(row).toContain(`| ${Number(config['retention.ms']) / dayMs} days`)
    }
  })

  it('is linked from the README and from SECURITY.md', () => {
    for (const file of ['README.md', 'SECURITY.md']) expect(read(file)).toContain('](DATA.md)')
  })
})

describe('The receipt of an erasure', () => {
  const remains = (events: number | undefined) =>
    remainsAfter({ commands: 7 * dayMs, deadLetter: 30 * dayMs, events }, Date.parse('2026-12-01T00:00:00.000Z'))
  const ofEvents = (events: number | undefined) => remains(events).find(({ place }) => place === 'topic chat.events')

  it('names each topic, and the time at which its records are gone', () => {
    const topics = allTopics.map(({ name }) => `topic ${name}`)
    expect(remains(28 * dayMs).map(({ place }) => place)).toEqual(expect.arrayContaining(topics))
    expect(ofEvents(28 * dayMs)).toEqual({ place: 'topic chat.events', until: '2026-12-29T00:00:00.000Z' })
  })

  it('says that a topic is kept for ever, or that its retention is not known', () => {
    expect(ofEvents(-1)).toMatchObject({ until: null, note: 'the topic is kept for ever' })
    expect(ofEvents(undefined)).toMatchObject({ until: null, note: expect.stringContaining('may not read') })
  })
})
