import type { Line } from '../../../../services/admin/moving/lines.ts'

const begunMs = Date.parse('2019-03-01T08:00:00.000Z')

/** An instant some seconds after the beginning of the sample. */
const at = (second: number): string => new Date(begunMs + second * 1_000).toISOString()

export const header: Line = { kind: 'export', version: 1, source: 'sample' }

const users: readonly Line[] = [
  { kind: 'user', id: 'U1', externalUserId: 'ann', name: 'Ann', image: 'https://img.example/ann.png', created_at: at(0) },
  { kind: 'user', id: 'U2', externalUserId: 'bob', name: 'Bob', data: { team: 'kitchen' }, created_at: at(0) },
  { kind: 'user', id: 'U3', externalUserId: 'cyd', created_at: at(1) },
  { kind: 'user', id: 'U4', externalUserId: 'dan', name: 'Dan\u2028of two lines', created_at: at(1) },
]

const lunch = { chat: 'C1' }

/** A chat with lines of every kind, in which the rights of members change. */
const everyKind: readonly Line[] = [
  { kind: 'chat', id: 'C1', user: 'U1', users: ['U2', 'U4'], name: 'Lunch', data: { topic: 'food' }, created_at: at(10) },
  { ...lunch, kind: 'message', id: 'M1', user: 'U1', msg: 'Hungri?', mentions: ['U2'], created_at: at(11) },
  { ...lunch, kind: 'message', id: 'M2', user: 'U2', msg: 'Starving', thread: 'M1', data: { mood: 1 }, created_at: at(12) },
  { ...lunch, kind: 'reaction', message: 'M1', user: 'U2', reaction: '👍', created_at: at(13) },
  { ...lunch, kind: 'join', user: 'U2', users: ['U3'], created_at: at(14) },
  { ...lunch, kind: 'edit', message: 'M1', user: 'U1', msg: 'Hungry?', mentions: ['U2'], created_at: at(15) },
  { ...lunch, kind: 'message', id: 'M3', user: 'U3', msg: '', deleted: true, created_at: at(16) },
  { ...lunch, kind: 'message', id: 'M4', user: 'U2', msg: 'Pizza', reply_to: 'M3', silent: true, created_at: at(17) },
  { ...lunch, kind: 'role', user: 'U1', users: ['U2'], role: 'moderator', created_at: at(18) },
  { ...lunch, kind: 'delete', message: 'M3', user: 'U2', created_at: at(19) },
  { ...lunch, kind: 'pin', message: 'M1', user: 'U2', created_at: at(20) },
  { ...lunch, kind: 'role', user: 'U1', users: ['U3'], role: 'reader', until: at(40), created_at: at(21) },
  { ...lunch, kind: 'leave', user: 'U2', users: ['U4'], ban: true, created_at: at(22) },
  { ...lunch, kind: 'update', user: 'U1', name: 'Lunch at noon', rules: { post: 'moderator' }, created_at: at(23) },
  { ...lunch, kind: 'message', id: 'M5', user: 'U2', msg: 'All?', mentions: 'all', created_at: at(24) },
  { ...lunch, kind: 'leave', user: 'U3', users: ['U3'], created_at: at(25) },
]

const direct: readonly Line[] = [
  { kind: 'chat', id: 'D1', user: 'U2', users: ['U1'], direct: true, created_at: at(30) },
  { kind: 'message', chat: 'D1', id: 'M1', user: 'U1', msg: 'psst', created_at: at(31) },
]

const block: Line = { kind: 'block', user: 'U3', blocked: 'U4', created_at: at(50) }

/** A file with lines of every kind. */
export const sampleLines: readonly Line[] = [header, ...users, ...everyKind, ...direct, block]

/** A file with this many messages in ten chats, of which every chat's messages stand together. */
export const manyMessages = (count: number, source = 'many'): readonly Line[] => {
  const chats = 10
  const perChat = Math.ceil(count / chats)
  return [
    { kind: 'export', version: 1, source },
    ...users.slice(0, 2),
    ...Array.from({ length: chats }, (_, chat): Line[] => [
      { kind: 'chat', id: `C${chat}`, user: 'U1', users: ['U2'], name: `Chat ${chat}`, created_at: at(chat) },
      ...Array.from(
        { length: Math.min(perChat, count - chat * perChat) },
        (__, place): Line => ({
          kind: 'message',
          chat: `C${chat}`,
          id: `M${place}`,
          user: place % 2 === 0 ? 'U1' : 'U2',
          msg: `message ${place} of chat ${chat}`,
          created_at: at(100 + place),
        }),
      ),
    ]).flat(),
  ]
}

/** The text of a file. */
export const textOf = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
