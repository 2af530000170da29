import { once } from 'node:events'
import { WebSocket } from 'ws'
import { asUser, fromElsewhere } from './guarded-chat.ts'

/** A socket that discards all received frames except the awaited answer. */
export const connect = async (url: string, subject: string) => {
  const socket = new WebSocket(url, { headers: { ...(await asUser(subject)), ...fromElsewhere() }, perMessageDeflate: false })
  const waiting = new Map<string, (text: string) => void>()
  let asked = 0
  socket.on('message', (data) => {
    const [, id = ''] = /^\{"id":"(\w+)"/.exec(data.toString().slice(0, 80)) ?? []
    waiting.get(id)?.(data.toString())
    waiting.delete(id)
  })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const request = (event: string, body: object): Promise<string> => {
    asked += 1
    const id = `r${asked}`
    const answer = new Promise<string>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ event, id, body }))
    return answer
  }
  return { request, close: () => socket.close() }
}

export type BareSocket = Awaited<ReturnType<typeof connect>>
