import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLineCommands } from '../../../../services/admin/moving/line-commands.ts'
import { readHeader, readLine } from '../../../../services/admin/moving/read-line.ts'
import { createSourceIds } from '../../../../services/admin/moving/source-ids.ts'
import { splitLines } from '../../../../services/admin/moving/split-lines.ts'
import { uuidV5 } from '../../../../services/admin/moving/uuid-v5.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { directChatId } from '../../../../shared/records/direct-chat-id.ts'

const at = '2020-01-01T10:00:00.000Z'
const message = { kind: 'message', chat: 'C1', id: 'M1', user: 'U1', msg: 'Hungry?', created_at: at }

const commandsFor = (level = 3) => {
  const ids = createSourceIds('test')
  for (const user of ['U1', 'U2']) ids.setUser(user, ids.newUser(user))
  return { ids, commands: createLineCommands(ids, { limits: defaultLimits, level, nowMs: () => Date.parse('2026-01-01') }) }
}

const commandOf = (line: object, level?: number) => {
  const read = readLine(JSON.stringify(line))
  if (read.kind === 'export' || read.kind === 'user') throw new Error('not a command')
  return commandsFor(level).commands.command(read)
}

describe('The lines of a file', () => {
  it('end at U+000A only, also if a character is cut by the end of a piece', async () => {
    const found = await Array.fromAsync(splitLines(Readable.from(['{"a":"x\u2028y', '"}\n\n{"b"', ':1}'])))
    expect(found).toEqual([
      { number: 1, text: '{"a":"x\u2028y"}' },
      { number: 3, text: '{"b":1}' },
    ])
  })

  it('are cut if they are very long, so that a file without line ends does not fill the memory', async () => {
    const piece = 'x'.repeat(1024 * 1024)
    const found = await Array.fromAsync(splitLines(Readable.from([...Array.from({ length: 40 }, () => piece), '\nnext'])))
    expect(found.map(({ number }) => number)).toEqual([1, 2])
    expect(found[0]?.text.length).toBeLessThanOrEqual(33 * piece.length)
    expect(found[1]?.text).toBe('next')
  })

  it.each([
    ['{', '', 'is not JSON'],
    ['[]', 'kind', 'must be one of export, user,'],
    ['{"kind":"toString"}', 'kind', 'must be one of'],
    [JSON.stringify({ ...message, user: undefined }), 'user', 'expected string'],
    [JSON.stringify({ ...message, colour: 'red' }), 'colour', 'is not a field of this line'],
    [JSON.stringify({ ...message, created_at: 'yesterday' }), 'created_at', 'Invalid ISO datetime'],
  ])('are refused with field and reason: %s', (text, field, reason) => {
    expect(() => readLine(text)).toThrow(expect.objectContaining({ field, reason: expect.stringContaining(reason) }) as Error)
  })

  it('begin with the version of the format', () => {
    expect(readHeader('{"kind":"export","version":1,"source":"x"}')).toMatchObject({ source: 'x' })
    expect(() => readHeader('{"kind":"export","version":2,"source":"x"}')).toThrow('version')
    expect(() => readHeader(JSON.stringify(message))).toThrow('the first line must be like')
    expect(() => readHeader(undefined)).toThrow('the first line must be like')
  })

  it.each([
    [{ ...message, user: 'U9' }, 'user', 'no line before this one'],
    [{ ...message, msg: '' }, 'msg', '>=1'],
    [{ ...message, msg: 'x'.repeat(16_001) }, 'msg', '<=16000'],
    [{ ...message, data: { a: 'x'.repeat(5_000) } }, 'data', 'at most 4096 bytes'],
    [{ ...message, created_at: '2100-01-01T00:00:00Z' }, 'created_at', 'is in the future'],
    [{ kind: 'chat', id: 'C1', user: 'U1', users: [], name: '', created_at: at }, 'name', '>=1'],
    [{ kind: 'chat', id: 'C1', user: 'U1', users: ['U2', 'U3'], name: 'x', created_at: at }, 'users', 'no line before'],
    [{ kind: 'update', chat: 'C1', user: 'U1', created_at: at }, 'chat', 'at least one field'],
    [{ kind: 'update', chat: 'C1', user: 'U1', rules: { dance: 'owner' }, created_at: at }, 'rules.dance', 'is not a field'],
  ])('are held to the limits of the protocol: %j', (line, field, reason) => {
    expect(() => commandOf(line)).toThrow(expect.objectContaining({ field, reason: expect.stringContaining(reason) }) as Error)
  })
})

describe('The command of a line', () => {
  it('has only what the feature level of the service has, because older writers may run', () => {
    const role = { kind: 'role', chat: 'C1', user: 'U1', users: ['U2'], role: 'admin', created_at: at }
    expect(commandOf(role, 3)).toMatchObject({ type: 'UpdateMembers' })
    expect(() => commandOf(role, 2)).toThrow('needs a feature level of the service above 2')
    const direct = { kind: 'chat', id: 'D1', user: 'U1', users: ['U2'], direct: true, created_at: at }
    expect(() => commandOf(direct, 2)).toThrow('direct: is not a field that the service accepts')
  })

  it('is the same at every reading, and has the time of the line', () => {
    const line = { ...message, mentions: ['U2', 'U9'], thread: 'M0' }
    expect(commandOf(line)).toEqual(commandOf(line))
    const { ids } = commandsFor()
    expect(commandOf(line)).toMatchObject({
      type: 'PostMessage',
      at,
      stream: ids.room('C1'),
      id: ids.message('C1', 'M1'),
      body: { msg: 'Hungry?', type: 'text', mentions: [ids.user('U2', '')], thread: ids.message('C1', 'M0') },
    })
    expect(commandOf({ ...line, chat: 'C2' }).id).not.toBe(commandOf(line).id)
  })

  it('of a direct chat and of its messages has the id that follows from the two users', () => {
    const { ids, commands } = commandsFor()
    const room = directChatId(ids.user('U1', ''), ids.user('U2', ''))
    const chat = readLine(JSON.stringify({ kind: 'chat', id: 'D1', user: 'U1', users: ['U2'], direct: true, created_at: at }))
    if (chat.kind !== 'chat') throw new Error('no chat')
    expect(commands.command(chat)).toMatchObject({ stream: room, id: room })
    const read = readLine(JSON.stringify({ ...message, chat: 'D1' }))
    if (read.kind !== 'message') throw new Error('no message')
    expect(commands.command(read)).toMatchObject({ stream: room })
  })

  it('has a UUID of version 5 that depends on the name only', () => {
    expect(uuidV5('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uuidV5('a')).toBe(uuidV5('a'))
    expect(uuidV5('a')).not.toBe(uuidV5('b'))
  })
})
