import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { asImported, inExportOrder, linesIn } from '../unit/admin/moving/moved-lines.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { manyMessages, sampleLines, textOf } from '../unit/admin/moving/sample-lines.ts'

const linesDone = (stateFile: string): number =>
  existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as { lines: number }).lines : 0

describe.skipIf(noStackReason())('Moving chats between services', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moving-'))
  const chats: Chat[] = []
  beforeAll(async () => {
    for (let place = 0; place < 2; place += 1) chats.push(await startChat(sharedStack(), { gateways: 0, writers: 1 }))
  })
  afterAll(async () => {
    for (const chat of chats) await chat[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const write = (name: string, lines: readonly object[]): string => {
    const file = join(folder, `${name}.jsonl`)
    writeFileSync(file, textOf(lines))
    return file
  }
  const start = (place: number, ...args: string[]) => {
    // With the database login of a gateway, which is enough.
    return startAdmin(args, (chats[place] as Chat).environment('gateway'))
  }
  const admin = (place: number, ...args: string[]) => start(place, ...args).ended
  const exported = async (place: number, ...args: string[]) => linesIn((await admin(place, 'export', ...args)).stdout)

  it('imports a file twice as once, and an export of it into an empty service exports the same lines again', async () => {
    const file = write('sample', sampleLines)
    expect(await admin(0, 'import', file)).toMatchObject({ code: 0 })
    const once = await exported(0)
    // Without its state the second import publishes all commands again.
    rmSync(join(folder, 'sample.state.json'))
    expect(await admin(0, 'import', file)).toMatchObject({ code: 0 })
    expect(await exported(0)).toEqual(once)

    const { stdout } = await admin(0, 'export')
    writeFileSync(join(folder, 'moved.jsonl'), stdout)
    expect(await admin(1, 'import', join(folder, 'moved.jsonl'))).toMatchObject({ code: 0 })
    expect(inExportOrder(await exported(1))).toEqual(asImported(once, 'chat-service'))

    // The source has the text before the edit; all else is as in the source.
    const source = asImported(sampleLines.slice(1), 'sample')
    expect(once.map(({ kind }) => kind)).toEqual(source.map(({ kind }) => kind))
    const times = (lines: typeof once) => lines.map((line) => 'created_at' in line && line.created_at)
    expect(times(once)).toEqual(times(source))
    expect(await admin(0, 'export', '--room=01a20e3b-6128-7c5b-8f0e-1d2c3b4a5968')).toMatchObject({ code: 1, stdout: '' })
    const room = once.find((line) => line.kind === 'chat' && line.name === 'Lunch')
    const ofRoom = await exported(0, `--room=${room?.kind === 'chat' ? room.id : ''}`)
    expect(ofRoom).toEqual(
      once.filter(
        (line) => line.kind === 'user' || ('chat' in line ? line.chat : 'id' in line && line.id) === (room as { id: string }).id,
      ),
    )
  })

  it('continues after a kill and after a stop signal, and has every message once and in order', async () => {
    const lines = manyMessages(3_000)
    const file = write('many', lines)
    const state = join(folder, 'many.state.json')
    const killed = start(0, 'import', file, '--rate=1000')
    await until('a part of the lines to be done', () => linesDone(state) > 300, { withinMs: 30_000 })
    killed.kill('SIGKILL')
    expect(await killed.ended).toMatchObject({ code: null })
    const doneBefore = linesDone(state)
    const stopped = start(0, 'import', file, '--rate=1000')
    await until('a further part of the lines to be done', () => linesDone(state) > doneBefore, { withinMs: 30_000 })
    stopped.kill('SIGINT')
    const { code, stderr } = await stopped.ended
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('run the same command again to continue') })
    expect(linesDone(state)).toBeLessThan(lines.length)

    expect(await admin(0, 'import', file)).toMatchObject({ code: 0 })
    const wanted = asImported(lines.slice(1), 'many').filter(({ kind }) => kind === 'message')
    const rooms = new Set(wanted.map((line) => line.kind === 'message' && line.chat))
    const found = (await exported(0)).filter((line) => line.kind === 'message' && rooms.has(line.chat))
    const idsOf = (from: typeof found) => from.map((line) => line.kind === 'message' && `${line.chat} ${line.id}`)
    expect(idsOf(found)).toEqual(idsOf(wanted))
  })

  it('writes each line that cannot be imported to a file of its own, with its field and the reason, and imports the others', async () => {
    const message = { kind: 'message', chat: 'C0', user: 'U1', msg: 'x', created_at: '2020-01-01T00:00:00Z' }
    const file = write('faulty', [
      ...manyMessages(10, 'faulty'),
      { ...message, id: 'by-nobody', user: 'U9' },
      { ...message, id: 'without-root', thread: 'M77' },
      { ...message, id: 'M0', msg: 'other content with an id that is used' },
      { ...message, id: 'last' },
    ])
    expect(await admin(0, 'import', file)).toMatchObject({ code: 3 })
    const rejected = readFileSync(join(folder, 'faulty.rejected.jsonl'), 'utf8')
    const first = manyMessages(10, 'faulty').length + 1
    expect(
      rejected
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { line: first, field: 'user', reason: 'no line before this one has a user with this id' },
      { line: first + 1, field: 'thread', reason: expect.stringContaining('no such message in this chat') },
      { line: first + 2, field: 'id', reason: 'the service has other content with this id' },
    ])
    const texts = (await exported(0)).flatMap((line) => (line.kind === 'message' ? [line.msg] : []))
    expect(texts.filter((text) => text === 'x')).toHaveLength(1)
  })
})
