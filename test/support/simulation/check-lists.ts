import type { Say } from './check-feeds.ts'
import type { RoomTruth, Truths } from './room-truths.ts'
import type { Connection } from './simulated-client.ts'

interface Listed {
  readonly seq: number
}

const timeOf = (data: string): string => {
  const body = JSON.parse(data) as { created_at?: string; chat: { created_at: string } }
  return body.created_at ?? body.chat.created_at
}

/** The seqs of each room start at 1 without gaps, and its times never decrease. */
export const checkRooms = (truths: Truths, say: Say): void => {
  for (const [room, { events }] of truths) {
    let latest = ''
    for (const [index, { seq, data }] of events.entries()) {
      if (seq !== index + 1) say(`${room}: the store has ${seq} at place ${index + 1}`)
      if (timeOf(data) < latest) say(`${room} ${seq}: earlier than the one before`)
      latest = timeOf(data)
    }
  }
}

/** A page has all messages between its first and last one, each as stored. */
const checkPage = (room: string, truth: RoomTruth | undefined, messages: readonly Listed[], say: Say): void => {
  const [first, last] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? -1]
  const between = truth?.events.filter(({ seq, event }) => event === 'new-message' && seq >= first && seq <= last) ?? []
  const expected = between.map(({ seq, data }) => `${data.slice(0, -1)},"seq":${seq}}`)
  if (JSON.stringify(messages) !== `[${expected.join(',')}]`) say(`${room}: a list shows other messages than the feed`)
}

/** Compares the pages of messages that connections received with the stored events. */
export const checkLists = (connections: readonly Connection[], truths: Truths, say: Say): void => {
  for (const { sent, socket } of connections) {
    for (const { event, room, callerId } of sent) {
      if (event !== 'list-messages' || room === undefined) continue
      const body = socket.frames.find(({ id }) => id === callerId)?.body as { messages: Listed[] } | undefined
      if (body !== undefined) checkPage(room, truths.get(room), body.messages, say)
    }
  }
}
