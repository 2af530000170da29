import type { Commons, Connection, SimulatedClient } from '../rooms/simulated-client.ts'
import { simulatedClient } from '../rooms/simulated-client.ts'
import type { SimulatedCommands } from '../rooms/simulated-commands.ts'
import { signalCanary, simulatedTimes } from '../world/simulated-settings.ts'
import type { SimulatedSocket } from '../world/simulated-socket.ts'

/** A user who became a reader of the room at this seq. */
export interface ReaderSince {
  readonly user: string
  readonly room: string
  readonly seq: number
}

/** What the persons of a run did, for its checker. */
export interface SignalRecord {
  /** By the number of a signal: the time at which it was sent. */
  readonly sentAtMs: Map<number, number>
  /** By the number of a signal: its sender, who had received that it is a reader of the room. */
  readonly ofReaders: Map<number, ReaderSince>
  /** The sockets that stopped reading for a time. */
  readonly frozen: Set<SimulatedSocket>
}

/** A device that watches, signals, joins, leaves, stops reading and reconnects. */
export interface SignalPerson {
  readonly client: SimulatedClient
  /** Acts until `isOver`, then stays connected and watches everybody. */
  live(isOver: () => boolean): Promise<void>
}

/** The last event on this socket that has made its user a reader of the room. */
const readerSince = (connection: Connection | undefined, room: string): ReaderSince | undefined => {
  const { socket, userId: user = '' } = connection ?? {}
  const made = socket?.frames.findLast(
    (frame) =>
      frame.event === 'update-members' && frame.room === room && ((frame.body?.users ?? []) as readonly string[]).includes(user),
  )
  return made?.seq === undefined ? undefined : { user, room, seq: made.seq }
}

export const signalPerson = (commons: Commons, commands: SimulatedCommands, record: SignalRecord, user: string): SignalPerson => {
  const { world, userIds, rooms } = commons
  const { clock, random } = world
  const client = simulatedClient(commons, user)

  const connect = (): void => {
    client.connect()
    client.send({ event: 'create-user', body: { user: { externalUserId: user } } })
  }
  const watch = (share: number): void => {
    const some = <Item>(items: Iterable<Item>): Item[] => [...items].filter(() => random.chance(share))
    const watched = some(rooms)
    client.send({ event: 'watch', body: { rooms: watched, users: some(userIds.values()) } }, { content: JSON.stringify(watched) })
  }
  const signal = (room: string): void => {
    const number = record.sentAtMs.size + 1
    record.sentAtMs.set(number, clock.monotonicMs())
    const reader = readerSince(client.connection, room)
    if (reader !== undefined) record.ofReaders.set(number, reader)
    client.send({ event: 'signal', room, body: { kind: 'x.number', data: { number, text: signalCanary } } })
  }

  /** Refused, unless this user owns the room. */
  const makeReader = (room: string): void =>
    client.send({
      event: 'update-members',
      room,
      body: { id: world.newId(), users: [random.pick([...userIds.values()])], role: 'reader' },
    })

  const freeze = (): void => {
    const socket = client.connection?.socket
    if (socket === undefined) return
    const isFrozen = random.chance(0.5)
    if (isFrozen) record.frozen.add(socket)
    socket.setFrozen(isFrozen)
  }

  /** Mostly a room that this device has followed. */
  const someRoom = (): string | undefined => {
    const seen = [...client.lastSeen.keys()]
    if (seen.length > 0 && random.chance(0.95)) return random.pick(seen)
    return rooms.length > 0 ? random.pick(rooms) : undefined
  }

  const act = (me: string): void => {
    const room = someRoom()
    const dice = random.next()
    if (room === undefined || (rooms.length < 3 && dice < 0.1)) commands.createChat(client, me)
    else if (dice < 0.5) signal(room)
    else if (dice < 0.55) client.send({ event: 'signal', room, body: { kind: 'typing' } })
    else if (dice < 0.7) watch(0.9)
    else if (dice < 0.86) commands.addUsers(client, me, room, [...userIds.values()])
    else if (dice < 0.9) commands.removeUsers(client, me, room, random.chance(0.6) ? [me] : commands.someUsers())
    else if (dice < 0.92) makeReader(room)
    else if (dice < 0.97) freeze()
    else client.connection?.socket.wire.close(1000, '')
  }

  return {
    client,
    live: async (isOver) => {
      await clock.sleep(random.next() * 300)
      while (!isOver()) {
        if (!client.isOpen) connect()
        await clock.sleep(random.next() * 60)
        const me = client.connection?.userId
        if (me !== undefined) act(me)
      }
      client.connection?.socket.setFrozen(false)
      if (!client.isOpen) connect()
      // The binding is answered once the faults are over.
      while (client.connection?.userId === undefined) await clock.sleep(50)
      // Commands in flight may still change the members.
      await clock.sleep(simulatedTimes.commandDeadlineMs + 1_000)
      client.send({ event: 'watch', body: { users: [...userIds.values()] } })
    },
  }
}
