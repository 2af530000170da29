import type { StoredEvent } from '../../shared/ports/event-store.ts'
import type { Publication } from '../../shared/ports/fan-out.ts'
import { channels, writeNotice } from '../../shared/records/publications.ts'
import { usersNamed } from '../../shared/room-events/membership-effect.ts'
import type { FramedEvent } from './framed-events.ts'

const noticesFor = ({ membership, data, seq }: StoredEvent, room: string): readonly Publication[] => {
  if (membership === 'none') return []
  const payload = writeNotice({ room, since: membership === 'adds' ? seq - 1 : seq })
  return usersNamed(membership, JSON.parse(data) as object).map((user) => ({ channel: channels.user(user), payload }))
}

/** A hint to each user whose memberships have changed. */
export const membershipNotices = (streams: ReadonlyMap<string, readonly FramedEvent[]>): readonly Publication[] =>
  [...streams].flatMap(([room, framed]) => framed.flatMap(({ event }) => noticesFor(event, room)))
