import type { ChatCreated, UsersAdded, UsersRemoved } from '../../shared/domain/events.ts'
import type { StoredEvent } from '../../shared/ports/event-store.ts'
import type { Publication } from '../../shared/ports/fan-out.ts'
import { channels, writeNotice } from '../../shared/records/publications.ts'
import type { FramedEvent } from './framed-events.ts'

/** Whom an event concerns, and the place in the room from which it does. */
const concerned = ({ type, data, seq }: StoredEvent): { readonly users: readonly string[]; readonly since: number } => {
  switch (type) {
    case 'ChatCreated':
      return { users: (JSON.parse(data) as ChatCreated['body']).chat.users, since: 0 }
    case 'UsersAdded':
      return { users: (JSON.parse(data) as UsersAdded['body']).users, since: seq - 1 }
    case 'UsersRemoved':
      return { users: (JSON.parse(data) as UsersRemoved['body']).users, since: seq }
    case 'MessagePosted':
    case 'UserCreated':
      return { users: [], since: 0 }
  }
}

/** A hint to each user whose memberships have changed. */
export const membershipNotices = (streams: ReadonlyMap<string, readonly FramedEvent[]>): readonly Publication[] =>
  [...streams].flatMap(([room, framed]) =>
    framed.flatMap(({ event }) => {
      const { users, since } = concerned(event)
      return users.map((user) => ({ channel: channels.user(user), payload: writeNotice({ room, since }) }))
    }),
  )
