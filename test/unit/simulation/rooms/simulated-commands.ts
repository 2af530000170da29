import { changingCommands } from './changing-commands.ts'
import type { Commons, SimulatedClient } from './simulated-client.ts'

/** A command as it was first sent, so that any client that may act for the user can send it again. */
interface Command {
  readonly event: string
  readonly actor: string
  readonly room: string
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The commands of all clients. */
export interface SimulatedCommands {
  createChat(client: SimulatedClient, actor: string): string
  message(client: SimulatedClient, actor: string, room: string): void
  /** Edits, deletes, pins or reacts to a message that was sent before. */
  change(client: SimulatedClient, actor: string, room: string): void
  /** A query of `list-messages` that omits some messages. */
  filter(room: string): Readonly<Record<string, unknown>>
  addUsers(client: SimulatedClient, actor: string, room: string, users: readonly string[]): void
  removeUsers(client: SimulatedClient, actor: string, room: string, users: readonly string[]): void
  /** Sends an earlier command again, unchanged. */
  resend(client: SimulatedClient): void
  /** Sends other content under the id of an earlier command. */
  misuse(client: SimulatedClient): void
  someUsers(): string[]
}

export const simulatedCommands = ({ world, userIds, rooms, isLiving }: Commons): SimulatedCommands => {
  const { random } = world
  const changing = changingCommands(random)
  const sentBefore: Command[] = []

  const send = (client: SimulatedClient, { event, actor, room, id, body }: Command): void => {
    const isOwn = client.connection?.userId === actor
    const as = isOwn && random.chance(0.9) ? {} : { as: actor }
    const content = JSON.stringify([event, actor, body])
    const request =
      event === 'create-chat'
        ? { event, ...as, body: { ...body, chat: { ...(body.chat as object), id } } }
        : { event, ...as, room, body: { ...body, id } }
    client.send(request, { room, commandId: id, content, actor })
  }
  const sendFirst = (client: SimulatedClient, command: Omit<Command, 'id'>, id = world.newId()): void => {
    sentBefore.push({ ...command, id })
    send(client, { ...command, id })
  }
  const someUsers = (): string[] => {
    const ids = [...userIds.values()].filter(() => random.chance(0.4))
    return ids.length > 0 ? ids : [random.pick([...userIds.values()])]
  }
  const text = (): string => `m${world.newId().slice(-4)}${'x'.repeat(random.below(200))}`

  return {
    createChat: (client, actor) => {
      const id = world.newId()
      rooms.push(id)
      sendFirst(client, { event: 'create-chat', actor, room: id, body: { chat: { name: 'room' }, users: someUsers() } }, id)
      return id
    },
    message: (client, actor, room) => {
      const id = world.newId()
      const parts = isLiving ? changing.parts(room, [...userIds.values()]) : {}
      if (isLiving) changing.note(room, id)
      sendFirst(client, { event: 'new-message', actor, room, body: { msg: text(), type: 'text', ...parts } }, id)
    },
    change: (client, actor, room) => {
      const request = changing.next(room, text())
      if (request !== undefined) sendFirst(client, { ...request, actor, room })
    },
    filter: (room) => random.pick([{ replies: false }, { pinned: true }, { thread: changing.message(room) ?? room }]),
    addUsers: (client, actor, room, users) => sendFirst(client, { event: 'add-users', actor, room, body: { users } }),
    removeUsers: (client, actor, room, users) => sendFirst(client, { event: 'remove-users', actor, room, body: { users } }),
    resend: (client) => {
      if (sentBefore.length > 0) send(client, random.pick(sentBefore.slice(-30)))
    },
    misuse: (client) => {
      if (sentBefore.length === 0) return
      const { event, actor, room, id, body } = random.pick(sentBefore.slice(-30))
      const other = event === 'create-chat' ? { ...body, chat: { name: 'another' } } : { msg: text(), type: 'text' }
      send(client, { event: event === 'create-chat' ? event : 'new-message', actor, room, id, body: other })
    },
    someUsers,
  }
}
