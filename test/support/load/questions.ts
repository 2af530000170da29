import type { Connection } from './connection.ts'
import type { ParsedFrame } from './parse-frame.ts'
import type { WireFormat } from './wire-format.ts'

/** Requests other than commands, and their answers. */
export interface Questions {
  /** Rejects when the socket closes before the answer. */
  ask(connection: Connection, event: string, body: unknown, room?: string): Promise<ParsedFrame>
  settle(frame: ParsedFrame): void
  /** Rejects the requests of a closed socket. */
  closed(connection: Connection, code: number): void
}

interface Asked {
  readonly connection: Connection
  readonly resolve: (frame: ParsedFrame) => void
  readonly reject: (error: Error) => void
}

export const createQuestions = (format: WireFormat): Questions => {
  const asked = new Map<string, Asked>()
  let count = 0
  return {
    ask: (connection, event, body, room) => {
      count += 1
      const id = `q${count}`
      const answer = Promise.withResolvers<ParsedFrame>()
      answer.promise.catch(() => {})
      asked.set(id, { connection, ...answer })
      connection.sendText(format.request(id, event, JSON.stringify(body), room))
      return answer.promise
    },
    settle: (frame) => {
      if (frame.id === undefined) return
      asked.get(frame.id)?.resolve(frame)
      asked.delete(frame.id)
    },
    closed: (connection, code) => {
      for (const [id, question] of asked) {
        if (question.connection !== connection) continue
        asked.delete(id)
        question.reject(new Error(`closed with ${code}`))
      }
    },
  }
}
