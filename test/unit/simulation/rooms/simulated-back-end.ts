import type { Commons } from './simulated-client.ts'
import { simulatedClient } from './simulated-client.ts'
import type { SimulatedCommands } from './simulated-commands.ts'
import type { SimulatedPerson } from './simulated-person.ts'

/** A service: its socket stays unbound, and it acts for people. */
export const simulatedBackEnd = (commons: Commons, commands: SimulatedCommands): SimulatedPerson => {
  const { world, userIds, rooms } = commons
  const { clock, random } = world
  const client = simulatedClient(commons, undefined)

  const act = (actor: string): void => {
    const room = rooms.length > 0 ? random.pick(rooms) : undefined
    const dice = random.next()
    if (room === undefined || dice < 0.05) {
      const created = commands.createChat(client, actor)
      if (random.chance(0.5)) commands.message(client, actor, created)
    } else if (dice < 0.6) commands.message(client, actor, room)
    else if (dice < 0.7) commands.addUsers(client, actor, room, commands.someUsers())
    else if (dice < 0.8) commands.removeUsers(client, actor, room, commands.someUsers())
    else if (dice < 0.9) commands.resend(client)
    else if (dice < 0.97) client.send({ event: 'list-messages', as: actor, body: { chat: { id: room } } }, { room, actor })
    else client.connection?.socket.wire.close(1000, '')
  }

  return {
    live: async (isOver) => {
      while (!isOver()) {
        if (!client.isOpen) client.connect()
        await clock.sleep(random.next() * 150)
        if (userIds.size > 0) act(random.pick([...userIds.values()]))
      }
    },
  }
}
