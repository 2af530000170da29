import { signalCanary } from '../world/simulated-settings.ts'
import type { Commons } from './simulated-client.ts'
import { simulatedClient } from './simulated-client.ts'
import type { SimulatedCommands } from './simulated-commands.ts'

export interface SimulatedPerson {
  /** Connects and sends random requests until `isOver`, then stays connected. */
  live(isOver: () => boolean): Promise<void>
}

/** The time after the storm until every event has reached every device. */
const restMs = 6_500

/**
 * A device of a user: binds, resumes, sends, stops reading, disconnects and
 * reconnects. A restless one mainly joins and leaves one or two rooms.
 */
export const simulatedPerson = (
  commons: Commons,
  commands: SimulatedCommands,
  user: string,
  isRestless: boolean,
): SimulatedPerson => {
  const { world, userIds, rooms, isLiving, isMarking, isSignalling } = commons
  const { clock, random } = world
  const client = simulatedClient(commons, user)

  const someSeen = (share: number): [string, number][] => [...client.lastSeen].filter(() => random.chance(share))

  const bind = (): void => {
    client.connect()
    const named = Object.fromEntries(someSeen(0.7))
    const isResuming = Object.keys(named).length > 0 && random.chance(0.7)
    const resume = { rooms: named, max: random.pick([1_000, 1_000, 3]), ...(random.chance(0.05) ? { epoch: 'another' } : {}) }
    const body = { user: { externalUserId: user }, ...(isResuming ? { resume } : {}) }
    client.send({ event: 'create-user', body }, isResuming ? { resume } : {})
    if (random.chance(0.2)) client.send({ event: 'create-user', body: { user: { externalUserId: user } } })
    const me = userIds.get(user)
    if (me !== undefined && rooms.length > 0 && random.chance(0.3)) commands.message(client, me, random.pick(rooms))
  }

  const resumeLive = (): void => {
    const moved = someSeen(0.5).map(([room, seq]): [string, number] => [
      room,
      Math.max(0, seq - random.below(5)) + (random.chance(0.03) ? 1_000 : 0),
    ])
    // A room to which this user may have been added again, or in which it never was.
    if (rooms.length > 0 && random.chance(0.6)) moved.push([random.pick(rooms), random.below(3)])
    if (moved.length === 0) return
    const resume = { rooms: Object.fromEntries(moved), max: random.pick([1_000, 2]) }
    client.send({ event: 'resume', body: resume }, { resume })
  }

  const createChat = (me: string): void => {
    const room = commands.createChat(client, me)
    if (random.chance(0.5)) commands.message(client, me, room)
    if (random.chance(0.2)) commands.resend(client)
  }
  const flip = (me: string, room: string): void => {
    const users = random.chance(0.5) ? [me] : commands.someUsers()
    for (let turn = random.below(4); turn >= 0; turn -= 1) {
      if (random.chance(0.5)) commands.removeUsers(client, me, room, users)
      else commands.addUsers(client, me, room, users)
      if (random.chance(0.3)) commands.message(client, me, room)
    }
  }
  const burst = (me: string, room: string): void => {
    for (let left = 2 + random.below(6); left > 0; left -= 1) commands.message(client, me, room)
  }
  const list = (me: string, room: string): void => {
    const query = random.pick([{}, { after: 0, limit: 7 }, { before: 1 + random.below(20), limit: 5 }])
    client.send({ event: 'list-messages', body: { chat: { id: room }, query } }, { room })
    if (random.chance(0.3)) client.send({ event: 'list-chats', body: { user: { id: me } } })
  }

  const listFiltered = (me: string, room: string): void => {
    const query = { ...commands.filter(room), limit: 5 }
    client.send({ event: 'list-messages', body: { chat: { id: room }, query } }, { room, actor: me, isFiltered: true })
  }
  /** Reads every room when nothing changes any more. */
  const listAll = (): void => {
    for (const room of rooms)
      client.send({ event: 'list-messages', body: { chat: { id: room }, query: { after: 0, limit: 200 } } }, { room })
  }

  /** Sometimes another generation, a place that the room has not reached, or a room of others. */
  const mark = (me: string, room: string): void => {
    const seen = client.lastSeen.get(room) ?? 0
    const gen = random.pick([0, 0, 0, 1, 2])
    const seq = random.chance(0.05) ? seen + 1_000 : random.below(seen + 2)
    const body = { seq, ...(gen === 0 ? {} : { gen }), ...(random.chance(0.3) ? { delivered: seen } : {}) }
    const as = random.chance(0.1) ? { as: me } : {}
    client.send({ event: 'mark-read', room, ...as, body }, { room, actor: me, marker: { gen, seq } })
    if (random.chance(0.2)) client.send({ event: 'list-chats', body: { user: { id: me } } })
    if (random.chance(0.1)) client.send({ event: 'set-chat-settings', room, body: { hidden: random.chance(0.5) } })
  }

  /** What a person does with messages that exist. */
  const live = (me: string, room: string): void => {
    const dice = random.next()
    if (dice < 0.8) commands.change(client, me, room)
    else if (dice < 0.9) list(me, room)
    else listFiltered(me, room)
  }

  const comeAndGo = (me: string): void => {
    const room = rooms.length > 0 ? random.pick(rooms) : undefined
    const dice = random.next()
    if (room === undefined || (rooms.length < 2 && dice < 0.05)) createChat(me)
    else if (dice < 0.3) commands.message(client, me, room)
    else if (dice < 0.5) flip(me, room)
    else if (dice < 0.65) commands.addUsers(client, me, room, commands.someUsers())
    else if (dice < 0.75) commands.removeUsers(client, me, room, random.chance(0.7) ? [me] : commands.someUsers())
    else if (dice < 0.9) resumeLive()
    else if (dice < 0.97) client.connection?.socket.setFrozen(random.chance(0.3))
    else client.connection?.socket.wire.close(1000, '')
  }

  const signal = (room: string): void => {
    if (random.chance(0.3)) client.send({ event: 'watch', body: { rooms, users: [...userIds.values()] } }, { room })
    else client.send({ event: 'signal', room, body: { kind: 'x.canary', data: { text: signalCanary } } }, { room })
  }

  const act = (me: string): void => {
    if (isSignalling && rooms.length > 0 && random.chance(0.3)) return signal(random.pick(rooms))
    if (isMarking && rooms.length > 0 && random.chance(0.3)) return mark(me, random.pick(rooms))
    if (isLiving && rooms.length > 0 && random.chance(0.5)) return live(me, random.pick(rooms))
    if (isRestless) return comeAndGo(me)
    const room = rooms.length > 0 ? random.pick(rooms) : undefined
    const dice = random.next()
    if (room === undefined || dice < 0.04) createChat(me)
    else if (dice < 0.5) commands.message(client, me, room)
    else if (dice < 0.54) burst(me, room)
    else if (dice < 0.62) commands.addUsers(client, me, room, commands.someUsers())
    else if (dice < 0.68) commands.removeUsers(client, me, room, random.chance(0.5) ? [me] : commands.someUsers())
    else if (dice < 0.72) flip(me, room)
    else if (dice < 0.79) commands.resend(client)
    else if (dice < 0.8) commands.misuse(client)
    else if (dice < 0.86) resumeLive()
    else if (dice < 0.89) list(me, room)
    else if (dice < 0.96) client.connection?.socket.setFrozen(random.chance(0.4))
    else client.connection?.socket.wire.close(1000, '')
  }

  return {
    live: async (isOver) => {
      await clock.sleep(random.next() * 300)
      while (!isOver()) {
        if (!client.isOpen) bind()
        await clock.sleep(random.next() * 60)
        const me = client.connection?.userId
        if (me !== undefined) act(me)
      }
      if (!client.isOpen) bind()
      client.connection?.socket.setFrozen(false)
      if (!isLiving) return
      await clock.sleep(restMs)
      listAll()
    },
  }
}
