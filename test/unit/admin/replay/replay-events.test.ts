import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createPace } from '../../../../services/admin/moving/pace.ts'
import type { ReplayDeps } from '../../../../services/admin/replay/replay-events.ts'
import { replayEvents } from '../../../../services/admin/replay/replay-events.ts'
import { openReplayState } from '../../../../services/admin/replay/replay-state.ts'
import { PublishError } from '../../../../shared/ports/command-log.ts'
import type { ReadEventPage } from '../../../../shared/ports/event-pages.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../../../shared/ports/event-stream.ts'
import { append, fillRoom, userCreated } from '../../../contract/stored-chat.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { fastClock } from '../moving/fast-clock.ts'

const scope = { room: undefined, since: undefined }

describe('A replay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const rig = async () => {
    const { store, events } = memoryStore()
    const ann = randomUUID()
    await append(store, userCreated(ann, 'ann'))
    for (const count of [60, 3]) await fillRoom(store, [ann], count)
    const inOrder = events().toSorted((a, b) => (a.stream === b.stream ? a.seq - b.seq : a.stream < b.stream ? -1 : 1))
    const readPage: ReadEventPage = async ({ after, limit }) => {
      const rest = inOrder.filter(({ stream, seq }) => stream > after.stream || (stream === after.stream && seq > after.seq))
      const page = rest.slice(0, limit)
      const last = page.at(-1)
      return { events: page, last: last && { stream: last.stream, seq: last.seq, isRecent: true } }
    }
    const topic: StreamRecord[] = []
    const file = join(folder, `${randomUUID()}.json`)
    const run = (change: Partial<ReplayDeps> = {}) =>
      replayEvents({
        scope,
        state: openReplayState(file, { name: 'topic', records: topic.length, hasLost: false }, scope, 'epoch'),
        readPage,
        publish: async (records) => {
          topic.push(...records)
          return 0
        },
        pace: createPace(),
        traffic: undefined,
        perSecond: undefined,
        clock: fastClock,
        signal: new AbortController().signal,
        report: () => {},
        ...change,
      })
    const wanted = inOrder.map(({ stream, seq }) => `${stream} ${seq}`)
    const found = () => topic.map(({ key, value }) => `${key} ${(JSON.parse(value) as { seq: number }).seq}`)
    return { run, topic, file, wanted, found, readPage }
  }

  it('publishes the events of all chats and users, per stream in order, as records of the event stream', async () => {
    const { run, wanted, found, topic } = await rig()
    expect(await run()).toMatchObject({ events: wanted.length, tooLarge: 0, isComplete: true })
    expect(found()).toEqual(wanted)
    for (const { key, value } of topic) expect(JSON.parse(value)).toMatchObject({ v: 1, room: key, seq: expect.any(Number) })
  })

  it('publishes nothing behind records that the topic may not have, and repeats them until it has them', async () => {
    const { run, wanted, found, topic } = await rig()
    let attempts = 0
    const publish = async (records: readonly StreamRecord[]) => {
      attempts += 1
      // Every second attempt is stored only in part, and its answer is lost.
      if (attempts % 2 === 1) {
        topic.push(...records.slice(0, 5))
        throw new PublishError('unknown', 'no answer')
      }
      topic.push(...records)
      return 0
    }
    expect(await run({ publish })).toMatchObject({ events: wanted.length, isComplete: true })
    expect([...new Set(found())]).toEqual(wanted)
  })

  it('waits for a store that is unavailable, and counts records that are too large', async () => {
    const { run, wanted, readPage } = await rig()
    let reads = 0
    const failing: ReadEventPage = (request) => {
      reads += 1
      return reads % 2 === 1 ? Promise.reject(new StoreError('unavailable', 'down')) : readPage(request)
    }
    const progress = await run({ readPage: failing, publish: async () => 1 })
    expect(progress.tooLarge).toBeGreaterThan(1)
    expect(progress.events + progress.tooLarge).toBe(wanted.length)
  })

  it('continues after brokers that were unavailable, also while it reads the traffic of others', async () => {
    const { run, wanted, found } = await rig()
    let readings = 0
    const traffic = async () => {
      readings += 1
      if (readings > 1) throw new Error('Kafka does not answer')
      return { commands: 0, lag: 0 }
    }
    expect(await run({ traffic, perSecond: 20 })).toMatchObject({ events: wanted.length, isComplete: true })
    expect(readings).toBeGreaterThan(1)
    expect(found()).toEqual(wanted)
  })

  it('fails if it cannot read the traffic of others at its start', async () => {
    const { run, topic } = await rig()
    const traffic = () => Promise.reject(new Error('no right to read the group'))
    await expect(run({ traffic })).rejects.toThrow('no right')
    expect(topic).toEqual([])
  })

  it('names a file for its progress that cannot be written', () => {
    const file = join(folder, 'no-such-folder', 'x.json')
    const empty = { name: 'topic', records: 0, hasLost: false }
    expect(() => openReplayState(file, empty, scope, 'epoch')).toThrow(`cannot be saved to ${file}`)
  })

  it('continues at the place where it was stopped, and not in a topic that lacks records of it', async () => {
    const { run, wanted, found, file, topic } = await rig()
    const stopping = new AbortController()
    const stopped = await run({ signal: stopping.signal, report: () => stopping.abort() })
    expect(stopped.isComplete).toBe(false)
    expect(stopped.events).toBeGreaterThan(3)
    const lost = { name: 'topic', records: topic.length, hasLost: true }
    expect(() => openReplayState(file, lost, scope, 'epoch')).toThrow('lacks records')
    expect(() => openReplayState(file, { ...lost, records: 3, hasLost: false }, scope, 'epoch')).toThrow('lacks records')
    const present = { ...lost, hasLost: false }
    expect(() => openReplayState(file, present, scope, 'another epoch')).toThrow('is not the progress')
    expect(() => openReplayState(`${file}.other`, present, scope, 'epoch')).toThrow('is not the progress')
    expect(await run()).toMatchObject({ events: wanted.length, isComplete: true })
    expect(found()).toEqual(wanted)
  })
})
