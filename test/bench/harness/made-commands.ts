import { randomUUID } from 'node:crypto'
import type { Command } from '../../../shared/room-events/room-events.ts'

const head = (room: string, user: string) => {
  const id = randomUUID()
  return { v: 1, stream: room, id, digest: id, user, at: new Date().toISOString() } as const
}
export const message = (room: string, user: string): Command => ({
  ...head(room, user),
  type: 'PostMessage',
  body: { msg: 'x'.repeat(100), type: 'text' },
})
export const chat = (room: string, user: string, users: readonly string[]): Command => ({
  ...head(room, user),
  id: room,
  type: 'CreateChat',
  body: { name: 'a room', users },
})
export const person = (id: string): Command => ({
  v: 1,
  type: 'CreateUser',
  stream: `ext-${id}`,
  id,
  digest: id,
  at: new Date().toISOString(),
  body: { externalUserId: `ext-${id}` },
})
