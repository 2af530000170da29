import { createHash, randomUUID } from 'node:crypto'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { personOn } from '../support/client/person.ts'

/** The frame, which must not be an error. */
export const ok = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}`)
  return frame
}

type Ask = (event: string, body: object, room?: string) => Promise<Frame>

/** Sends a file with the word in its name and its content; resolves with an address of it. */
const sendFile = async (ask: Ask, url: string, room: string, word: string): Promise<string> => {
  const resolved = (address = ''): URL => new URL(address, url.replace(/^ws/, 'http'))
  const sha256 = createHash('sha256').update(word).digest('hex')
  const described = { name: `${word}.txt`, mime: 'text/plain', size: word.length, sha256 }
  const { body } = await ask('create-upload', { file: described }, room)
  const { file, put } = body as { file: object; put: { url: string; headers: Record<string, string> } }
  const { status } = await fetch(resolved(put.url), { method: 'PUT', headers: put.headers, body: word })
  if (status >= 300) throw new Error(`the upload was refused: ${status}`)
  const message = randomUUID()
  await ask('new-message', { msg: word, type: 'text', attachments: [file], id: message }, room)
  const { body: found } = await ask('get-files', { messages: [message] }, room)
  const [address] = (found as { files: { url: string }[] }).files
  return resolved(address?.url).href
}

/** A user with the word in its external id, its whole profile, and its messages in three rooms: present, former and direct. */
export const fillWithWord = async (url: string, ann: Person, word: string, hasFiles: boolean) => {
  const eve = await personOn(url, `${word}-${randomUUID()}`)
  const ask: Ask = async (event, body, room) => ok(await eve.socket.request(event, body, room === undefined ? {} : { room }))
  await ask('update-user', { user: { name: word, image: `https://${word}.example/a.png`, data: { word } } })
  await ask('set-block', { user: ann.id })
  await ask('set-block', { user: ann.id, on: false })
  const { room } = await ann.createChat('present', [eve.id])
  const { room: former } = await ann.createChat('former', [eve.id])
  const direct = await ask('create-chat', { direct: true, users: [ann.id] })
  const { chat: pair } = direct.body as { chat: { id: string } }
  for (const place of [room, former, pair.id]) {
    const message = randomUUID()
    await ask('new-message', { msg: word, type: 'text', data: { word }, id: message }, place)
    await ask('edit-message', { message, msg: `again ${word}`, mentions: [ann.id] }, place)
    await ask('new-message', { msg: `reply ${word}`, type: 'text', thread: message }, place)
    await ask('mark-read', { seq: 1 }, place)
  }
  const address = hasFiles ? await sendFile(ask, url, room, word) : undefined
  await ask('remove-users', { users: [eve.id] }, former)
  return { eve, rooms: [room, former, pair.id], address }
}
