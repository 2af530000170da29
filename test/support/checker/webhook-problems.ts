import { feedFrameText, withVersion } from '../../../shared/frames/room-event-frame.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'

/** A request that an endpoint has received. */
export interface CheckedWebhook {
  readonly room: string
  readonly seq: number
  readonly text: string
  readonly status: number | undefined
}

/** The requests in the order received, and what the store has at the end. */
export interface WebhookHistory {
  readonly received: readonly CheckedWebhook[]
  /** All events, by room, in the order of seq. */
  readonly stored: ReadonlyMap<string, readonly StoredEvent[]>
  /** `<room>:<seq>` of the dead letters. */
  readonly deadLetters: ReadonlySet<string>
}

const frameOf = ({ name, stream, seq, data, v }: StoredEvent): string => withVersion(feedFrameText(name, stream, seq, data), v)

const problemsOfRoom = (
  room: string,
  events: readonly StoredEvent[],
  received: readonly CheckedWebhook[],
  deadLetters: ReadonlySet<string>,
): readonly string[] => {
  const firsts = [...new Set(received.map(({ seq }) => seq))]
  const accepted = new Set(received.filter(({ status }) => status === 204).map(({ seq }) => seq))
  const isDone = (seq: number): boolean => accepted.has(seq) || deadLetters.has(`${room}:${seq}`)
  const texts = new Map(events.map((event) => [event.seq, frameOf(event)]))
  return [
    ...events.flatMap(({ seq }) => (isDone(seq) ? [] : [`${room}: the event ${seq} was lost`])),
    ...firsts.flatMap((seq, index) => (seq === index + 1 ? [] : [`${room}: ${seq} arrived before ${index + 1}`])),
    ...received.flatMap(({ seq, text }) =>
      text === texts.get(seq) ? [] : [`${room}: the request ${seq} is not the stored event`],
    ),
  ]
}

/**
 * The violations of the promises of webhooks: every stored event is accepted or a
 * dead letter, each event arrives for the first time after all earlier ones of its
 * room, and every request has the stored event.
 */
export const webhookProblems = ({ received, stored, deadLetters }: WebhookHistory): readonly string[] => {
  const byRoom = Map.groupBy(received, ({ room }) => room)
  const unknown = [...byRoom.keys()].filter((room) => !stored.has(room)).map((room) => `${room} is not in the store`)
  const problems = [...stored].flatMap(([room, events]) => problemsOfRoom(room, events, byRoom.get(room) ?? [], deadLetters))
  return [...unknown, ...problems]
}
