import type { ReadMarker } from '../../../../shared/domain/read-marker.ts'
import type { ObservedMarker, StoredMarker } from '../../../support/checker/marker-problems.ts'
import { markerProblems } from '../../../support/checker/marker-problems.ts'
import type { CountedEvent } from '../../../support/checker/unread-recount.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'
import type { Connection } from './simulated-client.ts'

interface Counts {
  readonly unread: number
  readonly mentions: number
  readonly read: ReadMarker
}

type ListedChat = Partial<Counts> & { readonly id: string; readonly seq: number }

interface ResumeBody {
  readonly rooms: Readonly<Record<string, { readonly seq: number; readonly reason?: string }>>
  readonly others?: Readonly<Record<string, number>>
  readonly unread?: Readonly<Record<string, Counts>>
}

type MarkBody = ReadMarker & Omit<Counts, 'read'> & { readonly as_of: number }

const inList = ({ body }: Received, user: string): readonly ObservedMarker[] =>
  (body as { chats: readonly ListedChat[] }).chats.flatMap(({ id: room, seq: asOf, unread, mentions, read }) =>
    unread === undefined || mentions === undefined || read === undefined ? [] : [{ room, user, unread, mentions, read, asOf }],
  )

const inResume = ({ body }: Received, user: string): readonly ObservedMarker[] => {
  const { rooms, others = {}, unread = {} } = body as unknown as ResumeBody
  const heads = new Map([...Object.entries(rooms).map(([room, { seq }]) => [room, seq] as const), ...Object.entries(others)])
  return Object.entries(unread).flatMap(([room, counts]) => {
    const asOf = heads.get(room)
    // A membership that ended during the replay has no head in the answer.
    return asOf === undefined || rooms[room]?.reason === 'forbidden' ? [] : [{ room, user, ...counts, asOf }]
  })
}

const observedBy = ({ sent, socket, userId }: Connection): readonly ObservedMarker[] =>
  sent.flatMap(({ callerId, actor = userId, room = '', marker }) => {
    const frames = socket.frames.filter(({ id, body }) => id === callerId && body !== undefined)
    return frames.flatMap((frame): readonly ObservedMarker[] => {
      if (actor === undefined) return []
      if (frame.event === 'list-chats') return inList(frame, actor)
      if (frame.event === 'resume') return inResume(frame, actor)
      if (frame.event !== 'mark-read') return []
      const { gen, seq, unread, mentions, as_of: asOf } = frame.body as unknown as MarkBody
      return [{ room, user: actor, read: { gen, seq }, unread, mentions, asOf, sent: marker }]
    })
  })

const sentBy = ({ sent, userId }: Connection): readonly StoredMarker[] =>
  sent.flatMap(({ room = '', actor = userId ?? '', marker }) =>
    marker === undefined ? [] : [{ room, user: actor, read: marker }],
  )

const eventsByRoom = (committed: readonly CommittedEvent[]): ReadonlyMap<string, readonly CountedEvent[]> =>
  new Map(
    [...Map.groupBy(committed, ({ event }) => event.stream)].map(([room, all]) => [
      room,
      all.map(({ event: { seq, name, data } }) => ({ seq, event: name, body: JSON.parse(data) as CountedEvent['body'] })),
    ]),
  )

/** J2 and J3 of a run: the markers in answers, and those in the store. */
export const checkMarkers = (
  connections: readonly Connection[],
  committed: readonly CommittedEvent[],
  stored: readonly StoredMarker[],
): readonly string[] =>
  markerProblems({
    events: eventsByRoom(committed),
    observed: connections.flatMap(observedBy),
    sent: connections.flatMap(sentBy),
    stored,
  })
