import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A file for `admin import`: ten users, who are members of each chat and write messages of about a hundred characters. */
export interface ImportSize {
  readonly source: string
  readonly chats: number
  readonly messages: number
}

const line = (value: object): string => `${JSON.stringify(value)}\n`
const at = (second: number): string => new Date(Date.parse('2015-01-01T00:00:00Z') + second * 1_000).toISOString()

function* linesOf({ source, chats, messages }: ImportSize): Generator<string> {
  yield line({ kind: 'export', version: 1, source })
  const users = Array.from({ length: 10 }, (_, user) => `U${user}`)
  for (const id of users) yield line({ kind: 'user', id, externalUserId: `${source}-${id}`, name: id, created_at: at(0) })
  for (let chat = 0; chat < chats; chat += 1) {
    const head = { chat: `C${chat}`, type: 'text' }
    yield line({ kind: 'chat', id: `C${chat}`, user: 'U0', users: users.slice(1), name: `Chat ${chat}`, created_at: at(1) })
    for (let place = 0; place < messages / chats; place += 1) {
      const msg = `message ${place} of chat ${chat}: ${'word '.repeat(14)}`
      yield line({ kind: 'message', ...head, id: `${place}`, user: users[place % 10], msg, created_at: at(2 + place) })
    }
  }
}

export const writeImportFile = (file: string, size: ImportSize): Promise<void> =>
  pipeline(Readable.from(linesOf(size)), createWriteStream(file))
