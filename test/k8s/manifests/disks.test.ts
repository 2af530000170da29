import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { quantity } from '../support/objects.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'

const scaling = readFileSync(join(projectFolder, 'k8s/SCALING.md'), 'utf8')
const daySeconds = 86_400
/** The alert ChatDiskFull fires at a fifth free. */
const usable = 0.8

const bytesOf = (part: string): number => {
  const [, bytes = ''] = new RegExp(`^\\| ${part}[^|]*\\| ([\\d,]+) \\|`, 'm').exec(scaling) ?? []
  return Number(bytes.replaceAll(',', ''))
}

const sizeOf = (kind: string, name: string): number => {
  const { storage } = rendered('prod').the(kind, name).spec as unknown as { readonly storage: { readonly size: string } }
  return quantity(storage.size) * usable
}

/** With as many brokers as replicas, each broker stores every record. Commands are deleted after their retention, events never. */
const brokerDays = (perSecond: number): number => {
  const retentionDays = Number(topicsOf('', 1).commands.config['retention.ms']) / 1_000 / daySeconds
  const [commands, events] = ['`chat.commands`', '`chat.events`'].map((part) => bytesOf(part) * perSecond * daySeconds)
  const size = sizeOf('KafkaNodePool', 'broker')
  const days = size / ((commands ?? 0) + (events ?? 0))
  return days <= retentionDays ? days : (size - (commands ?? 0) * retentionDays) / (events ?? 0)
}

const databaseDays = (perSecond: number): number =>
  sizeOf('Cluster', 'chat') / (bytesOf('tables and indexes') * perSecond * daySeconds)

const rows = [...scaling.matchAll(/^\| ([\d,]+)\/s \| ([\d,]+) \| ([\d,]+) \|$/gm)].map((row) =>
  row.slice(1).map((text) => Number(text.replaceAll(',', ''))),
)

describe('the disks of prod', () => {
  needsRenderer()

  it('last as many days as SCALING.md states, by the measured bytes, the retention of topics and the sizes in the manifests', () => {
    expect(rows.length).toBeGreaterThanOrEqual(3)
    for (const [perSecond = 0, broker, database] of rows) {
      expect([perSecond, broker, database]).toEqual([
        perSecond,
        Math.floor(brokerDays(perSecond)),
        Math.floor(databaseDays(perSecond)),
      ])
    }
  })
})
