import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImportAdapters } from '../../../../services/admin/moving/import-file.ts'
import { importFile } from '../../../../services/admin/moving/import-file.ts'
import { PublishError } from '../../../../shared/ports/command-log.ts'
import type { CommandResult } from '../../../../shared/ports/command-results.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { readCommand } from '../../../../shared/records/command-record.ts'
import type { Command } from '../../../../shared/room-events/room-events.ts'
import { fastClock } from './fast-clock.ts'
import { manyMessages, textOf } from './sample-lines.ts'

/** A service that stores every command at once, unless a test makes it fail. */
const memoryService = (epoch = 'e1') => {
  const published: Command[] = []
  const results = new Map<string, CommandResult>()
  const users = new Map<string, string>()
  const publishFaults: Error[] = []
  const readFaults: Error[] = []
  const store = (command: Command): void => {
    published.push(command)
    results.set(command.id, { kind: 'stored' })
    if (command.type === 'CreateUser' && !users.has(command.stream)) users.set(command.stream, command.id)
  }
  let onStored = (_: number): void => undefined
  const adapters: ImportAdapters = {
    commandLog: {
      publish: async (records) => {
        const fault = publishFaults.shift()
        if (fault !== undefined) throw fault
        for (const { value } of records) store(readCommand(value))
        onStored(published.length)
      },
    },
    commandResults: async (keys) => {
      const fault = readFaults.shift()
      if (fault !== undefined) throw fault
      return keys.map(({ id }) => results.get(id))
    },
    drained: async () => undefined,
    readModel: {
      meta: async () => ({ epoch, level: 3 }),
      usersByExternalId: async (externalIds) => {
        const fault = readFaults.shift()
        if (fault !== undefined) throw fault
        return new Map(
          externalIds.flatMap((externalUserId) => {
            const id = users.get(externalUserId)
            return id === undefined ? [] : [[externalUserId, { id, externalUserId, created_at: '', modified_at: '' }]]
          }),
        )
      },
    },
  }
  return {
    adapters,
    published,
    results,
    users,
    publishFaults,
    readFaults,
    whenStored: (call: (count: number) => void) => {
      onStored = call
    },
  }
}

describe('The import of a file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (lines: readonly object[]): string => {
    const file = join(folder, 'x.jsonl')
    writeFileSync(file, textOf(lines))
    return file
  }
  const run = (file: string, adapters: ImportAdapters | undefined, signal = new AbortController().signal) =>
    importFile(file, { limits: defaultLimits, clock: fastClock, signal, report: () => undefined }, adapters)

  it('publishes users, chats and messages in the order of the file, once', async () => {
    const { adapters, published } = memoryService()
    const file = write(manyMessages(500))
    expect(await run(file, adapters)).toMatchObject({ rejected: 0, isComplete: true })
    expect(published.filter(({ type }) => type === 'PostMessage')).toHaveLength(500)
    expect(new Set(published.map(({ id }) => id)).size).toBe(published.length)
    expect(published.slice(0, 5).map(({ type }) => type)).toEqual([
      ...['CreateUser', 'CreateUser', 'UpdateUser', 'UpdateUser', 'CreateChat'],
    ])
  })

  it('continues a stopped import after the lines that are done, with the users and direct chats of those lines', async () => {
    const { adapters, published, whenStored } = memoryService()
    const direct = { kind: 'chat', id: 'D1', user: 'U1', users: ['U2'], direct: true, created_at: '2020-01-01T00:00:00Z' }
    const [header, ann, bob, ...rest] = manyMessages(400)
    const last = { kind: 'message', chat: 'D1', id: 'M', user: 'U1', msg: 'last', created_at: '2020-01-01T00:00:01Z' }
    const file = write([header, ann, bob, direct, ...rest, last].filter((line) => line !== undefined))
    const stopping = new AbortController()
    whenStored((count) => count > 100 && stopping.abort())
    const first = await run(file, adapters, stopping.signal)
    expect(first.isComplete).toBe(false)
    const before = published.length
    expect(await run(file, adapters)).toMatchObject({ isComplete: true })
    const ids = published.map(({ id }) => id)
    // The state has the lines whose outcomes were known at the stop.
    expect(new Set(ids.slice(before)).size).toBe(published.length - before)
    expect(published.length - before).toBeLessThan(400)
    expect(published.at(-1)?.stream).toBe(published.find(({ type, body }) => type === 'CreateChat' && 'direct' in body)?.stream)
  })

  it('begins again for another service, which the state does not belong to', async () => {
    const file = write(manyMessages(50))
    await run(file, memoryService('e1').adapters)
    const { adapters, published } = memoryService('e2')
    await run(file, adapters)
    expect(published.filter(({ type }) => type === 'PostMessage')).toHaveLength(50)
  })

  it('keeps a user who exists, and does not change its profile', async () => {
    const { adapters, published, users } = memoryService()
    users.set('ann', '01a20e3b-6128-7c5b-8f0e-1d2c3b4a5968')
    await run(write(manyMessages(1)), adapters)
    expect(published.filter(({ type }) => type === 'UpdateUser').map(({ stream }) => stream)).toEqual([users.get('bob')])
    expect(published.find(({ type }) => type === 'CreateChat')).toMatchObject({ user: users.get('ann') })
  })

  it('waits for a command log and a store that fail, and loses nothing', async () => {
    const { adapters, published, publishFaults, readFaults } = memoryService()
    publishFaults.push(new PublishError('unknown', 'x'), new PublishError('refused', 'x'))
    readFaults.push(new StoreError('unavailable', 'x'), new StoreError('timeout', 'x'))
    expect(await run(write(manyMessages(5)), adapters)).toMatchObject({ rejected: 0 })
    expect(published.filter(({ type }) => type === 'PostMessage')).toHaveLength(5)
  })

  it('rejects a command without an outcome when the writers have acknowledged it', async () => {
    const { adapters, results } = memoryService()
    const silent: ImportAdapters = {
      ...adapters,
      commandResults: async (keys) =>
        (await adapters.commandResults(keys)).map((result, place) => (keys[place]?.id === lost ? undefined : result)),
    }
    const lines = manyMessages(3)
    await run(write(lines), adapters)
    const lost = [...results.keys()].at(-1)
    const report = await run(write([...lines, { ...lines.at(-1), id: 'M9' }]), silent)
    expect(report).toMatchObject({ rejected: 0 })
    rmSync(join(folder, 'x.state.json'))
    expect(await run(write(lines), silent)).toMatchObject({ rejected: 1 })
  })

  it('of a dry run checks all lines, publishes nothing, and leaves the state as it is', async () => {
    const file = write([
      ...manyMessages(20),
      { kind: 'message' },
      { kind: 'pin', chat: 'C0', user: 'U7', message: 'M0', created_at: '2020-01-01T00:00:00Z' },
    ])
    expect(await run(file, undefined)).toMatchObject({ rejected: 2, lines: 35 })
    expect(readFileSync(join(folder, 'x.rejected.jsonl'), 'utf8')).toContain('"line":35,"field":"user"')
    expect(existsSync(join(folder, 'x.state.json'))).toBe(false)
  })
})
