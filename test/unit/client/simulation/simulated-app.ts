import type { Limit, LimitExceeded } from '../../../../services/gateway/limits/rate-limiter.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { ChatError } from '../../../../shared/client/chat-error.ts'
import type { ChatEvents } from '../../../../shared/client/chat-events.ts'
import { connect } from '../../../../shared/client/connect.ts'
import type { Message } from '../../../../shared/domain/events.ts'
import { openAdmission } from '../../../support/open-admission.ts'
import type { SimulatedWorld } from '../../simulation/world/simulated-world.ts'
import type { Connection, Garble } from './simulated-web-socket.ts'
import { simulatedWebSockets } from './simulated-web-socket.ts'

type Told = { readonly [Name in keyof ChatEvents]: { readonly name: Name; readonly event: ChatEvents[Name] } }

/** An event that an application received. */
export type Seen = Told['chat' | 'message' | 'members' | 'left' | 'reset']

/** A message that an application sent, and the outcome of the call. */
export interface Sending {
  readonly room: string
  readonly id: string
  outcome: 'pending' | { readonly stored: Message } | { readonly refused: unknown }
}

export interface SimulatedApp {
  readonly name: string
  readonly client: ChatClient
  readonly seen: readonly Seen[]
  readonly sendings: readonly Sending[]
  /** Makes random calls until `isOver`. */
  live(isOver: () => boolean): Promise<void>
  /** Injects a random fault into its connection. */
  disturb(): void
  /** Ends the freeze of its connection. */
  calm(): void
}

export interface Commons {
  readonly world: SimulatedWorld
  readonly rooms: string[]
  readonly userIds: Map<string, string>
  readonly garble: Garble
  isCalm: boolean
}

const times = {
  connectMs: 1_500,
  silenceMs: 1_000,
  pongMs: 500,
  backoffFirstMs: 50,
  backoffMostMs: 800,
  rateLimitLeastMs: 100,
  stableMs: 1_000,
  refreshBeforeMs: 1_000,
  refreshLeastMs: 1_000,
}

/** An application on the real client: records all events, and makes calls without waiting for their results. */
export const simulatedApp = (commons: Commons, name: string): SimulatedApp => {
  const { world, rooms, userIds } = commons
  const { clock, random } = world
  const seen: Seen[] = []
  const sendings: Sending[] = []
  let connection: Connection | undefined

  const exceeded = (limit: Limit): LimitExceeded | undefined =>
    !commons.isCalm && random.chance(0.03) ? { limit, waitMs: random.next() * 100 } : undefined
  const flakyLimits = { frame: () => exceeded('session'), request: () => exceeded('user'), room: () => exceeded('room') }

  const client = connect('ws://simulated/ws', {
    user: { externalUserId: name },
    WebSocket: simulatedWebSockets({
      world,
      refusal: () => (commons.isCalm ? 0 : 0.2),
      garble: commons.garble,
      rateLimiter: { ...openAdmission.rateLimiter, ...flakyLimits },
      opened: (next) => {
        connection = next
      },
    }),
    fetch: () => Promise.reject(new Error('the simulation has no HTTP')),
    clock,
    random: random.next,
    times,
    maxResumed: random.pick([1_000, 1_000, 4]),
  })
  const joined = new Set<string>()
  client.on('chat', ({ id }) => joined.add(id))
  client.on('left', ({ room }) => joined.delete(room))
  for (const what of ['chat', 'message', 'members', 'left', 'reset'] as const)
    client.on(what, (event) => seen.push({ name: what, event } as Seen))

  const settle = async (sending: Sending, stored: Promise<Message>): Promise<void> => {
    try {
      sending.outcome = { stored: await stored }
    } catch (refused) {
      sending.outcome = { refused }
    }
  }
  /** Ignores refusals, which are expected; any other error is a defect. */
  const tolerate = (done: Promise<unknown>): void =>
    void done.catch((error: unknown) => {
      if (!(error instanceof ChatError)) throw error
    })

  const say = (room: string): void => {
    const id = world.newId()
    const sending: Sending = { room, id, outcome: 'pending' }
    sendings.push(sending)
    void settle(sending, client.send(room, { msg: `m${id.slice(-4)}${'x'.repeat(random.below(200))}`, id }))
  }

  const someUsers = (): string[] => {
    const ids = [...userIds.values()].filter(() => random.chance(0.4))
    return ids.length > 0 ? ids : [random.pick([...userIds.values()])]
  }

  const createChat = (): void => {
    const id = world.newId()
    rooms.push(id)
    tolerate(client.createChat({ name: 'room', users: someUsers(), id }))
    if (random.chance(0.5)) say(id)
  }

  const act = (): void => {
    const known = joined.size > 0 && random.chance(0.9) ? [...joined] : rooms
    const room = known.length > 0 ? random.pick(known) : undefined
    const dice = random.next()
    if (room === undefined || dice < 0.05) createChat()
    else if (dice < 0.75) for (let left = 1 + random.below(random.pick([4, 4, 20])); left > 0; left -= 1) say(room)
    else if (dice < 0.86) tolerate(client.addUsers(room, someUsers(), { id: world.newId() }))
    else tolerate(client.removeUsers(room, random.chance(0.5) ? [userIds.get(name) ?? ''] : someUsers(), { id: world.newId() }))
  }

  return {
    name,
    client,
    seen,
    sendings,
    live: async (isOver) => {
      userIds.set(name, (await client.ready()).id)
      while (!isOver()) {
        await clock.sleep(random.next() * 150)
        if (!isOver()) act()
      }
    },
    disturb: () => {
      if (connection?.isOpen !== true) return
      const dice = random.next()
      if (dice < 0.35) connection.cut()
      else if (dice < 0.5) connection.blackHole()
      else if (dice < 0.75) connection.setFrozen(random.chance(0.5))
      else {
        const { session } = connection
        session.announceMove(random.next() * 300)
        clock.after(random.next() * 900, () => session.close({ code: 1012, reason: 'service restart' }))
      }
    },
    calm: () => connection?.setFrozen(false),
  }
}
