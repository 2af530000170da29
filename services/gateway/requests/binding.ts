import type { User } from '../../../shared/domain/events.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { HeldMembership } from '../../../shared/ports/read-model.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { UserSessions } from '../rooms/user-sessions.ts'
import type { NamedCreateUser } from './claim-user.ts'
import type { Intake } from './intake.ts'
import { answerWith } from './intake.ts'
import type { Caller } from './requester.ts'
import type { Resume, Standing } from './resume.ts'

export interface BindableCaller extends Caller {
  /** The rooms of a user whose the session is not yet. */
  prepare(user: string): SessionRooms
  /** From now on the session is the user's. */
  bind(rooms: SessionRooms): void
}

/** `create-user`: create or fetch; the first one on a socket binds it. */
export interface Binding {
  createUser(caller: BindableCaller, request: NamedCreateUser): Promise<void>
  /** The same for a caller that is never bound. */
  fetchUser(caller: Caller, request: NamedCreateUser): Promise<void>
}

export interface BindingDeps {
  readonly lookups: Lookups
  readonly intake: Intake
  readonly userSessions: UserSessions
  readonly resume: Resume
  readonly featureLevel: Pick<FeatureLevel, 'events'>
}

export const createBinding = ({ lookups, intake, userSessions, resume, featureLevel }: BindingDeps): Binding => {
  /** The answer's body. `features` names the events that this gateway accepts, so that a client need not try them. */
  const answerText = (user: User): string => JSON.stringify({ user, features: featureLevel.events })

  /** The stored user; undefined: the caller has been told why not. */
  const obtain = async (caller: Caller, request: NamedCreateUser): Promise<User | undefined> => {
    const known = await lookups.user(request.body.user.externalUserId)
    if (known !== undefined) return known
    const { promise, resolve } = Promise.withResolvers<User | undefined>()
    const isTaken = intake.createUser(caller, request, (settlement) => {
      if (settlement.kind === 'done') return resolve((JSON.parse(settlement.body) as { user: User }).user)
      answerWith(caller, request, settlement)
      resolve(undefined)
    })
    return isTaken ? promise : undefined
  }

  /** Rooms that the client did not name go on from the head that was read before the answer. */
  const followOthers = (
    rooms: SessionRooms,
    memberships: readonly HeldMembership[],
    named: Readonly<Record<string, number>>,
  ): Readonly<Record<string, number>> => {
    const others = memberships.filter(({ room }) => !Object.hasOwn(named, room))
    for (const { room, head } of others) rooms.follow(room, { cursor: head, memberAsOf: head })
    return Object.fromEntries(others.map(({ room, head }) => [room, head]))
  }

  /** The user's topic first, then the memberships: what changes in between is heard. */
  const readStanding = async (user: string, rooms: SessionRooms): Promise<Standing> => {
    await userSessions.add(user, rooms)
    const [memberships, { epoch }] = await Promise.all([lookups.memberships(user), lookups.meta()])
    return { memberships, epoch }
  }

  /** It is not to be; nothing of it is left. */
  const abandon = (rooms: SessionRooms): void => {
    userSessions.remove(rooms.user, rooms)
    rooms.close()
  }

  const bind = async (caller: BindableCaller, request: NamedCreateUser, user: User): Promise<void> => {
    const rooms = caller.prepare(user.id)
    let standing: Standing
    try {
      standing = await readStanding(user.id, rooms)
    } catch (error) {
      abandon(rooms)
      throw error
    }
    if (caller.isClosed) return abandon(rooms)
    caller.bind(rooms)
    caller.answer(request, answerText(user))
    const named = request.body.resume
    const others = followOthers(rooms, standing.memberships, named?.rooms ?? {})
    const resumed = named === undefined ? undefined : resume(caller, rooms, request, named, async () => ({ ...standing, others }))
    rooms.start()
    await resumed
  }

  const withUser = async (caller: Caller, request: NamedCreateUser, act: (user: User) => Promise<void> | void): Promise<void> => {
    try {
      const user = await obtain(caller, request)
      if (user !== undefined && !caller.isClosed) await act(user)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      caller.refuse(request, 'unavailable', 'users cannot be read now')
    }
  }

  const fetchUser: Binding['fetchUser'] = (caller, request) =>
    withUser(caller, request, (user) => caller.answer(request, answerText(user)))

  return {
    createUser: (caller, request) =>
      caller.user === undefined ? withUser(caller, request, (user) => bind(caller, request, user)) : fetchUser(caller, request),
    fetchUser,
  }
}
