import { describe, expect, it } from 'vitest'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { collect, holding, record, recordsOf, valuesOf } from '../../contract/command-log/collecting.ts'
import { openMemoryCommandLog } from '../../contract/command-log/open-memory-command-log.ts'
import { commandLogSuite } from '../../contract/command-log/suite.ts'
import { until } from '../../support/poll.ts'

commandLogSuite('in memory', openMemoryCommandLog)

describe('the in-memory command log', () => {
  it('does not call a handler inside `publish`', async () => {
    await using opened = await openMemoryCommandLog()
    const { records } = await collect(opened)
    const published = opened.log.publish([record('a')])
    expect(records).toEqual([])
    await published
    await until('the record', () => records.length === 1)
  })

  it('delays publishes, in order, while too many bytes are not acknowledged', async () => {
    await using opened = await openMemoryCommandLog({ maxBytes: 20, partitions: 1 })
    const { handler, held, go } = holding()
    const collecting = await collect(opened, handler)
    const ends: string[] = []
    const publish = async (value: string): Promise<void> => {
      await opened.log.publish([record('key', value)])
      ends.push(value)
    }
    const publishes = ['a'.repeat(20), 'b', 'c', 'd'].map(publish)
    await held
    expect(ends).toEqual(['a'.repeat(20)])
    go()
    await Promise.all(publishes)
    await collecting.received(4)
    expect(valuesOf(collecting.records)).toEqual(['a'.repeat(20), 'b', 'c', 'd'])
  })

  it('refuses waiting publishes when it is closed', async () => {
    const { log } = await openMemoryCommandLog({ maxBytes: 5 })
    await log.publish([record('key', 'more than that')])
    const waiting = log.publish([record('key')])
    await log.close()
    await expect(waiting).rejects.toThrow(PublishError)
    await expect(waiting).rejects.toMatchObject({ kind: 'refused' })
  })

  it('limits batches to the configured size', async () => {
    await using opened = await openMemoryCommandLog({ maxBatchRecords: 4 })
    await opened.log.publish(recordsOf('key', 10))
    const { batches, received } = await collect(opened)
    await received(10)
    expect(batches.map(({ records }) => records.length)).toEqual([4, 4, 2])
  })
})
