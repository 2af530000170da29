import { parseDistribution } from './distribution.ts'
import type { OperationEvent } from './entry.ts'
import { creation } from './entry.ts'
import type { LoadContext } from './load-context.ts'
import { messageText } from './message-text.ts'
import type { LoadCommand } from './send-again.ts'

/** A command with its id: of a message, the id of the message. */
export interface NamedCommand extends LoadCommand {
  readonly id: string
}

/** Makes the commands of a load, with the ids of its run. */
export interface CommandMaker {
  /** A text of a random length. */
  text(): string
  message(room: number, intendedMs: number): NamedCommand
  command(event: OperationEvent, room: number, body: object, intendedMs: number): NamedCommand
}

/** `messageSize`: see `parseDistribution`. */
export const createCommandMaker = ({ ids, format, random, next }: LoadContext, messageSize: string): CommandMaker => {
  const sizeOf = parseDistribution(messageSize)
  const text = (): string => messageText(sizeOf(random))

  /** `bodyFor` returns the JSON text of the body for the id of the command. */
  const commandOf = (event: OperationEvent, room: number, intendedMs: number, bodyFor: (id: string) => string): NamedCommand => {
    const isCreation = event === 'create-chat'
    const command = isCreation ? creation : next.command()
    const id = isCreation ? '' : ids.command(command, intendedMs)
    const body = bodyFor(id)
    const roomId = isCreation ? undefined : ids.room(room)
    return { id, event, room, command, intendedMs, text: (operation) => format.request(`${operation}`, event, body, roomId) }
  }

  return {
    text,
    message: (room, intendedMs) => {
      const msg = text()
      return commandOf('new-message', room, intendedMs, (id) => `{"msg":"${msg}","type":"text","id":"${id}"}`)
    },
    command: (event, room, body, intendedMs) =>
      commandOf(event, room, intendedMs, (id) => JSON.stringify(event === 'create-chat' ? body : { ...body, id })),
  }
}
