import type { User } from '../../../shared/domain/events.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { MemberUnread, RoomMembership, UnreadMembership } from '../../../shared/ports/read-model.ts'
import { tokenExpired } from '../../../shared/protocol/close-codes.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { memberStateLevel } from '../../../shared/protocol/member-state.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { SessionRoomsDeps } from '../rooms/session-rooms.ts'
import { SessionRooms } from '../rooms/session-rooms.ts'
import type { UserSessions } from '../rooms/user-sessions.ts'
import { answerWith } from './answer-with.ts'
import type { NamedCreateUser } from './claim-user.ts'
import type { Intake } from './intake.ts'
import type { Requester, SocketRequester } from './requester.ts'
import type { Resume, ResumeContext } from './resume.ts'

/** `create-user`: creates the user or fetches it; the first one on a socket binds the socket to the user. */
export interface Binding {
  /** Never rejects with `StoreError`: the requester gets `unavailable`. */
  createUser(requester: SocketRequester, request: NamedCreateUser): Promise<void>
  /** The same for a requester that is never bound. */
  fetchUser(requester: Requester, request: NamedCreateUser): Promise<void>
}

/** Shared by all bindings of a gateway. */
export interface BindingDeps {
  readonly lookups: Lookups
  readonly intake: Intake
  readonly userSessions: UserSessions
  readonly resume: Resume
  readonly sessionRooms: SessionRoomsDeps
  readonly featureLevel: Pick<FeatureLevel, 'current' | 'events'>
}

const tokenTooOld = errorBody(
  'unauthenticated',
  'the token was issued before a user was erased, and names no known user: get a new token',
)

export const createBinding = (deps: BindingDeps): Binding => {
  const { lookups, intake, userSessions, resume, sessionRooms, featureLevel } = deps
  /** The answer's body. `features` and `level` tell which events and fields this gateway accepts, so that a client need not try them. */
  const answerText = (user: User): string => JSON.stringify({ user, features: featureLevel.events, level: featureLevel.current })

  /** A token that is older than the erasure of a user may name that user, whose external id is no longer stored. */
  const isOlderThanErasure = async (issuedAtMs: number): Promise<boolean> =>
    issuedAtMs < ((await lookups.lastErasureMs()) ?? Number.NEGATIVE_INFINITY)

  /** The stored user; undefined: the requester has its error. */
  const obtain = async (requester: Requester, request: NamedCreateUser, refuseToken: () => void): Promise<User | undefined> => {
    const known = await lookups.user(request.body.user.externalUserId)
    if (known !== undefined) return known
    const { isService, issuedAtMs } = requester.principal
    if (!isService && issuedAtMs !== undefined && (await isOlderThanErasure(issuedAtMs))) return void refuseToken()
    const { promise, resolve } = Promise.withResolvers<User | undefined>()
    const isTaken = intake.createUser(requester, request, (outcome) => {
      if ('body' in outcome) return resolve((JSON.parse(outcome.body) as { user: User }).user)
      answerWith(requester, request, outcome)
      resolve(undefined)
    })
    return isTaken ? promise : undefined
  }

  /** Rooms that the client did not name continue from the head that was read before the answer. */
  const followOthers = (
    rooms: SessionRooms,
    memberships: readonly RoomMembership[],
    named: Readonly<Record<string, number>>,
  ): Readonly<Record<string, number>> => {
    const others = memberships.filter(({ room }) => !Object.hasOwn(named, room))
    for (const { room, head } of others) rooms.follow(room, { cursor: head, memberAsOf: head })
    return Object.fromEntries(others.map(({ room, head }) => [room, head]))
  }

  /** The rooms that have unread messages, or a marker that was set back. */
  const unreadIn = (memberships: readonly UnreadMembership[]): Readonly<Record<string, MemberUnread>> =>
    Object.fromEntries(
      memberships
        .filter(({ unread, read }) => unread > 0 || read.gen > 0)
        .map(({ room, unread, mentions, read }) => [room, { unread, mentions, read }]),
    )

  const readMemberships = async (user: string, countsUnread: boolean): Promise<Omit<ResumeContext, 'epoch'>> => {
    if (!countsUnread) return { memberships: await lookups.memberships(user) }
    const memberships = await lookups.unreadMemberships(user)
    return { memberships, unread: unreadIn(memberships) }
  }

  /** Subscribes to the user's channel before it reads the memberships, so that no change between the two is missed. */
  const readResumeContext = async (user: string, rooms: SessionRooms, isResuming: boolean): Promise<ResumeContext> => {
    await userSessions.add(user, rooms)
    const countsUnread = isResuming && featureLevel.current >= memberStateLevel
    const [found, { epoch }] = await Promise.all([readMemberships(user, countsUnread), lookups.meta()])
    return { ...found, epoch }
  }

  /** Undoes a binding that did not complete. */
  const undo = (rooms: SessionRooms): void => {
    userSessions.remove(rooms.user, rooms)
    rooms.close()
  }

  const bind = async (requester: SocketRequester, request: NamedCreateUser, user: User): Promise<void> => {
    const rooms = new SessionRooms(user.id, requester.sendQueue, sessionRooms)
    let context: ResumeContext
    try {
      context = await readResumeContext(user.id, rooms, request.body.resume !== undefined)
    } catch (error) {
      undo(rooms)
      throw error
    }
    if (requester.isClosed) return undo(rooms)
    requester.bind(rooms)
    requester.answer(request, answerText(user))
    const named = request.body.resume
    const others = followOthers(rooms, context.memberships, named?.rooms ?? {})
    const resumed =
      named === undefined ? undefined : resume(requester, rooms, request, named, async () => ({ ...context, others }))
    rooms.start()
    await resumed
  }

  const withUser = async (
    requester: Requester,
    request: NamedCreateUser,
    act: (user: User) => Promise<void> | void,
    refuseToken = (): void => requester.fail(request, tokenTooOld),
  ): Promise<void> => {
    try {
      const user = await obtain(requester, request, refuseToken)
      if (user !== undefined && !requester.isClosed) await act(user)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      requester.refuse(request, 'unavailable', 'users cannot be read now')
    }
  }

  const fetchUser: Binding['fetchUser'] = (requester, request) =>
    withUser(requester, request, (user) => requester.answer(request, answerText(user)))

  return {
    createUser: (requester, request) =>
      requester.user === undefined
        ? withUser(
            requester,
            request,
            (user) => bind(requester, request, user),
            () => requester.close(tokenExpired),
          )
        : fetchUser(requester, request),
    fetchUser,
  }
}
