import { lacksRole } from '../../../shared/domain/permissions.ts'
import type { Role } from '../../../shared/domain/roles.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import { createKeyedTurns } from '../../../shared/runtime/async/keyed-turns.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { SessionSignals } from '../signals/signals.ts'
import type { WatchingSession } from '../signals/watches.ts'
import type { SocketRequester } from './requester.ts'

/** A request about signals. */
export type SignalRequest = RequestOf<'watch' | 'signal'>

/** Handles `watch` and `signal` of the user that the socket is bound to. */
export interface SignalRequests {
  /** Resolves when the request is answered. Never rejects with `StoreError`: the requester gets `unavailable`. */
  handle(requester: SocketRequester, request: SignalRequest, actor: string): Promise<void>
}

/** The signals of the gateway, and the look-up of users. */
export interface SignalRequestsDeps {
  readonly signals: Pick<SessionSignals, 'watches' | 'send'>
  readonly readModel: Pick<ReadModel, 'usersById'>
}

const forOther = errorBody('invalid', 'as: a socket watches and signals for the user that it is bound to', {
  field: 'as',
  reason: 'a socket watches and signals for the user that it is bound to',
})

const notPermitted = (needs: Role) => {
  const { code, message, details } = lacksRole('signal', { rules: { signal: needs } })
  return errorBody(code, message, details)
}

export const createSignalRequests = ({ signals, readModel }: SignalRequestsDeps): SignalRequests => {
  const { watches } = signals
  /** The watches of one session are set one after another, in the order of their requests. */
  const turns = createKeyedTurns(1)

  const watch = async (requester: SocketRequester, session: WatchingSession, request: RequestOf<'watch'>): Promise<void> => {
    const { rooms = [], users = [] } = request.body
    const seen = users.length === 0 ? [] : await readModel.usersById([...new Set(users)], session.rooms.user)
    if (requester.isClosed) return
    const watchedRooms = await watches.setRooms(session, rooms)
    if (requester.isClosed) return
    const presence = await watches.setUsers(
      session,
      seen.map(({ id }) => id),
    )
    const described = seen.map(({ id, modified_at }) => [id, { online: presence.get(id) ?? null, modified_at }])
    requester.answer(request, JSON.stringify({ rooms: Object.fromEntries(watchedRooms), users: Object.fromEntries(described) }))
  }

  const send = async (requester: SocketRequester, session: WatchingSession, request: RequestOf<'signal'>): Promise<void> => {
    const follower = session.rooms.follower(request.room)
    if (follower === undefined) return requester.refuse(request, 'forbidden', 'not a member, or no such chat')
    const outcome = await signals.send(watches.of(session), follower, { user: session.rooms.user, ...request.body })
    if (typeof outcome === 'string') requester.answer(request, JSON.stringify({ sent: outcome === 'sent' }))
    else requester.fail(request, notPermitted(outcome.needs))
  }

  const handleBound = async (requester: SocketRequester, rooms: SessionRooms, request: SignalRequest): Promise<void> => {
    const session = { rooms, sendQueue: requester.sendQueue }
    try {
      if (request.event === 'signal') await send(requester, session, request)
      else await turns(watches.of(session).id, () => watch(requester, session, request))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      requester.refuse(request, 'unavailable', 'members and users cannot be read now')
    }
  }

  return {
    handle: async (requester, request, actor) => {
      const { rooms } = requester
      if (rooms === undefined) return requester.refuse(request, 'unbound', 'send create-user first')
      if (actor !== rooms.user) return requester.fail(request, forOther)
      return handleBound(requester, rooms, request)
    },
  }
}
