import type { Session } from '../../../services/gateway/session.ts'
import type { ServerFrame, SimulatedSocket } from './simulated-socket.ts'
import { simulatedSocket } from './simulated-socket.ts'
import type { SimulatedWorld } from './simulated-world.ts'

/** A request that was sent, for the checker. */
export interface Sent {
  readonly callerId: string
  readonly event: string
  readonly room?: string
  readonly commandId?: string
  /** Resume: the seqs named. */
  readonly seen?: Readonly<Record<string, number>>
}

/** Everything that one connection did and saw. */
export interface Connection {
  readonly user: string
  readonly socket: SimulatedSocket
  readonly sent: Sent[]
  /** Heads in the store when `create-user` was sent, and when its answer was seen. */
  readonly headsBefore: ReadonlyMap<string, number>
  headsAtAnswer: ReadonlyMap<string, number> | undefined
  userId: string | undefined
}

/** What all devices know of each other. */
export interface Commons {
  readonly world: SimulatedWorld
  readonly userIds: Map<string, string>
  readonly rooms: string[]
  readonly connections: Connection[]
}

export interface Device {
  /** Connects and does things at random until `isOver`; stays connected then. */
  live(isOver: () => boolean): Promise<void>
}

export const headsNow = (world: SimulatedWorld): Map<string, number> => {
  const heads = new Map<string, number>()
  for (const { stream, seq } of world.store.events()) heads.set(stream, seq)
  return heads
}

export const simulatedDevice = (commons: Commons, user: string): Device => {
  const { world, userIds, rooms, connections } = commons
  const { clock, random } = world
  const lastSeen = new Map<string, number>()
  const sentBefore: {
    readonly event: string
    readonly room: string
    readonly body: Record<string, unknown>
    readonly commandId: string
  }[] = []
  let current: { readonly connection: Connection; readonly session: Session } | undefined

  const note =
    (connection: Connection) =>
    (frame: ServerFrame): void => {
      if (frame.seq !== undefined && frame.room !== undefined) lastSeen.set(frame.room, frame.seq)
      if (frame.event !== 'create-user' || frame.body === undefined) return
      connection.userId = (frame.body as { user: { id: string } }).user.id
      connection.headsAtAnswer = headsNow(world)
      userIds.set(user, connection.userId)
    }

  const send = (event: string, body: unknown, more: Omit<Sent, 'callerId' | 'event'> = {}): void => {
    if (current === undefined || current.connection.socket.isClosed) return
    const callerId = world.newId()
    current.connection.sent.push({ callerId, event, ...more })
    const inRoom = ['new-message', 'add-users', 'remove-users'].includes(event)
    current.session.receive(JSON.stringify({ event, id: callerId, ...(inRoom ? { room: more.room } : {}), body }))
  }

  const connect = (): void => {
    const gateway = random.pick(world.gateways)
    const socket = simulatedSocket(
      clock,
      random,
      { drained: () => session.drained(), closed: () => session.ended() },
      random.pick([1, 5, 60]),
    )
    const session: Session = gateway.switchboard.open(socket.wire, { isService: true })
    const connection: Connection = {
      user,
      socket,
      sent: [],
      headsBefore: headsNow(world),
      headsAtAnswer: undefined,
      userId: undefined,
    }
    socket.onFrame(note(connection))
    connections.push(connection)
    current = { connection, session }
    const named = [...lastSeen].filter(() => random.chance(0.7))
    const seen = Object.fromEntries(named)
    const isResuming = named.length > 0 && random.chance(0.7)
    const resume = isResuming ? { resume: { rooms: seen, max: random.pick([1_000, 1_000, 3]) } } : {}
    send('create-user', { user: { externalUserId: user }, ...resume }, isResuming ? { seen } : {})
  }

  const someUsers = (): string[] => {
    const ids = [...userIds.values()].filter(() => random.chance(0.4))
    return ids.length > 0 ? ids : [random.pick([...userIds.values()])]
  }

  const command = (event: string, room: string, body: Record<string, unknown>): void => {
    const commandId = world.newId()
    sentBefore.push({ event, room, body, commandId })
    send(event, { ...body, id: commandId }, { room, commandId })
  }
  const message = (room: string): void =>
    command('new-message', room, { msg: `m${world.newId().slice(-4)}${'x'.repeat(random.below(200))}`, type: 'text' })

  const createChat = (): void => {
    const id = world.newId()
    rooms.push(id)
    send('create-chat', { chat: { name: 'room', id }, users: someUsers() }, { room: id, commandId: id })
    if (random.chance(0.5)) message(id)
  }

  const resumeLive = (): void => {
    const named = [...lastSeen]
      .filter(() => random.chance(0.5))
      .map(([room, seq]): [string, number] => [room, Math.max(0, seq - random.below(5)) + (random.chance(0.03) ? 1_000 : 0)])
    const seen = Object.fromEntries(named)
    if (named.length > 0) send('resume', { rooms: seen, max: random.pick([1_000, 2]) }, { seen })
  }

  const resend = (): void => {
    if (sentBefore.length === 0) return
    const { event, room, body, commandId } = random.pick(sentBefore)
    send(event, { ...body, id: commandId }, { room, commandId })
  }

  const act = (): void => {
    const room = rooms.length > 0 ? random.pick(rooms) : undefined
    const dice = random.next()
    if (room === undefined || dice < 0.04) createChat()
    else if (dice < 0.62) message(room)
    else if (dice < 0.71) command('add-users', room, { users: someUsers() })
    else if (dice < 0.8) command('remove-users', room, { users: random.chance(0.5) ? [userIds.get(user) ?? ''] : someUsers() })
    else if (dice < 0.87) resend()
    else if (dice < 0.9) resumeLive()
    else if (dice < 0.96) current?.connection.socket.setFrozen(random.chance(0.4))
    else current?.connection.socket.wire.close(1000, '')
  }

  const ensureBound = async (): Promise<void> => {
    if (current === undefined || current.connection.socket.isClosed) connect()
    await clock.sleep(random.next() * 60)
  }

  return {
    live: async (isOver) => {
      await clock.sleep(random.next() * 300)
      while (!isOver()) {
        await ensureBound()
        if (current?.connection.userId !== undefined) act()
      }
      if (current?.connection.socket.isClosed !== false) connect()
      current?.connection.socket.setFrozen(false)
    },
  }
}
