import { openLoadSocket } from '../load/load-socket.ts'

/** A socket that discards all frames except the answers to its requests, so that a client costs little. */
export interface Requester extends Disposable {
  /** Resolves with the text of the answer, which may be an error. Rejects if the socket closes before the answer. */
  request(event: string, body: object): Promise<string>
}

export const openRequester = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Requester> => {
  const opened = Promise.withResolvers<void>()
  const waiting = new Map<string, PromiseWithResolvers<string>>()
  let requests = 0
  const socket = openLoadSocket({
    url,
    headers,
    onOpen: opened.resolve,
    onText: (bytes, from, to) => {
      const [, id = ''] = /^\{"id":"(\w+)"/.exec(bytes.toString('latin1', from, from + 80)) ?? []
      waiting.get(id)?.resolve(bytes.toString('utf8', from, to))
      waiting.delete(id)
    },
    onClosed: (code, reason) => {
      const closed = new Error(`closed with ${code}: ${reason}`)
      for (const { reject } of [opened, ...waiting.values()]) reject(closed)
      waiting.clear()
    },
  })
  await opened.promise
  return {
    request: (event, body) => {
      requests += 1
      const id = `r${requests}`
      const answer = Promise.withResolvers<string>()
      waiting.set(id, answer)
      socket.send(JSON.stringify({ event, id, body }))
      return answer.promise
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}
