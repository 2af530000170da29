import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../../../infra/postgres/pglite/embedded-postgres.ts'
import { allEvents } from '../../../contract/event-store/asking.ts'
import { openEmbedded, scratchFolder } from '../../../contract/postgres/open-pglite.ts'
import { append, chatCreated, fillRoom } from '../../../contract/stored-chat.ts'
import { until } from '../../../support/poll.ts'
import { recordingLog } from '../../../support/recording-log.ts'

const writer = fileURLToPath(new URL('writer.ts', import.meta.url))

/** Runs the writer until it has stored `atLeast` events, kills it with SIGKILL, and returns the last acknowledged seq. */
const writeAndDie = async (folder: string, room: string, atLeast: number): Promise<number> => {
  const process_ = spawn(process.execPath, [writer, folder, room], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(process_, 'exit')
  const acknowledged = await lastStored(process_, atLeast)
  await exited
  return acknowledged
}

const lastStored = async (writing: ChildProcess, atLeast: number): Promise<number> => {
  let last = 0
  if (writing.stdout === null) throw new Error('the writer must have an output')
  for await (const line of createInterface({ input: writing.stdout })) {
    if (!line.startsWith('stored ')) continue
    last = Number(line.slice('stored '.length))
    if (last >= atLeast) writing.kill('SIGKILL')
  }
  return last
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the embedded database', () => {
  it('keeps every acknowledged write over five kills during writes, each followed by an immediate start', async () => {
    using folder = scratchFolder()
    const acknowledged = new Map<string, number>()
    for (let round = 0; round < 5; round += 1) {
      const room = randomUUID()
      acknowledged.set(room, await writeAndDie(folder.path, room, 20 + round * 14))
    }
    await using opened = await openEmbedded(folder.path)
    for (const [room, last] of acknowledged) {
      const seqs = (await allEvents(opened.store, room)).map(({ seq }) => seq)
      expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1))
      expect(seqs.length).toBeGreaterThanOrEqual(last)
      expect(last).toBeGreaterThanOrEqual(20)
    }
    const heads = await opened.readModel.heads([...acknowledged.keys()])
    for (const [room, last] of acknowledged) expect(heads.get(room)).toBeGreaterThanOrEqual(last)
  }, 120_000)

  it('refuses a second start on its folder at once, names the process that holds it, and keeps running', async () => {
    using folder = scratchFolder()
    await using opened = await openEmbedded(folder.path)
    const again = startEmbeddedPostgres({ dataDir: folder.path, log: recordingLog() })
    const who = new RegExp(`is in use by process ${process.pid}, since \\d{4}-\\d\\d-\\d\\dT`)
    await expect(again).rejects.toThrow(who)
    const elsewhere = spawn(process.execPath, [writer, folder.path, randomUUID()], { stdio: ['ignore', 'ignore', 'pipe'] })
    const told = await text(elsewhere.stderr)
    expect(told).toMatch(who)
    await append(opened.store, chatCreated(randomUUID(), [randomUUID()]))
  }, 30_000)

  it('can be started again after an orderly stop, with its data', async () => {
    using folder = scratchFolder()
    const room = await (async () => {
      await using opened = await openEmbedded(folder.path)
      return fillRoom(opened.store, [randomUUID()], 5)
    })()
    await using opened = await openEmbedded(folder.path)
    expect(await opened.readModel.heads([room])).toEqual(new Map([[room, 6]]))
  }, 30_000)

  it('reports the end of its process, and rejects calls with `unavailable`', async () => {
    using folder = scratchFolder()
    await using opened = await openEmbedded(folder.path)
    const { embedded, readModel } = opened
    const writing = fillRoom(opened.store, [randomUUID()], 2_000)
    writing.catch(() => undefined)
    process.kill(embedded.pid, 'SIGKILL')
    await expect(embedded.failed).rejects.toThrow('the embedded database has ended')
    await expect(writing).rejects.toMatchObject({ fault: 'unavailable' })
    await expect(readModel.meta()).rejects.toMatchObject({ fault: 'unavailable' })
  }, 30_000)

  it('leaves no process behind when its parent is killed', async () => {
    using folder = scratchFolder()
    const parent = spawn(process.execPath, [writer, folder.path, randomUUID()], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [first] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const child = Number(first.slice('child '.length))
    expect(isRunning(child)).toBe(true)
    parent.kill('SIGKILL')
    await until('the child to end', () => !isRunning(child))
  }, 30_000)

  it('answers again after its process was suspended for longer than the time-out of an answer', async () => {
    using folder = scratchFolder()
    await using opened = await openEmbedded(folder.path, { databaseAnswerMs: 300, databaseConnectMs: 300 })
    process.kill(opened.embedded.pid, 'SIGSTOP')
    try {
      await expect(fillRoom(opened.store, [randomUUID()], 3)).rejects.toMatchObject({ fault: 'unavailable' })
    } finally {
      // A suspended process would never answer the order to stop.
      process.kill(opened.embedded.pid, 'SIGCONT')
    }
    await until('an answer', () => fillRoom(opened.store, [randomUUID()], 3))
  }, 30_000)
})
