import type { CommandKey, ReadSet } from '../../shared/ports/event-store.ts'
import { roomEventOfCommand } from '../../shared/room-events/find-room-event.ts'
import type { DecisionReads } from '../../shared/room-events/room-event.ts'
import type { ChatCommand, Command } from '../../shared/room-events/room-events.ts'
import { isUserCommand, userEventOfCommand } from '../../shared/user-events/find-user-event.ts'
import type { UserCommand } from '../../shared/user-events/user-events.ts'

const isOfChat = (command: Command): command is ChatCommand => command.type !== 'CreateUser' && !isUserCommand(command)

/** The key of a command's outcome. The outcome of a `CreateUser` is kept in the stream of the user that it would create. */
export const outcomeKey = (command: Command): CommandKey => ({
  room: command.type === 'CreateUser' ? command.id : command.stream,
  id: command.id,
  digest: command.digest,
})

/** The users and messages whose data the decision needs. */
export const readsOf = (command: ChatCommand): DecisionReads => roomEventOfCommand(command.type).readSet(command)

/** The other users whom a command in the stream of its user names. */
export const namedIn = (command: UserCommand): readonly string[] => userEventOfCommand(command.type).named(command)

/** The data to read before these commands can be decided. */
export const readSetOf = (commands: readonly Command[], chatsPerUser: number): ReadSet => {
  const reads = commands.filter(isOfChat).map((command) => ({ room: command.stream, ...readsOf(command) }))
  const users = [...new Set(reads.flatMap(({ added }) => added))]
  const own = commands.filter(isUserCommand)
  return {
    rooms: [...new Set(reads.map(({ room }) => room))],
    commands: commands.map(outcomeKey),
    members: reads.flatMap(({ room, members }) => members.map((user) => ({ room, user }))),
    users: [...new Set([...users, ...own.flatMap(namedIn)])],
    chatCounts: { users, upTo: chatsPerUser },
    messages: reads.flatMap(({ room, messages = [] }) => messages.map((id) => ({ room, id }))),
    reactions: reads.flatMap(({ room, reactions = [] }) => reactions.map((each) => ({ room, ...each }))),
    owners: [...new Set(reads.flatMap(({ room, owners = false }) => (owners ? [room] : [])))],
    userStreams: [...new Set(own.map(({ stream }) => stream))],
    blocks: [
      ...reads.flatMap(({ blocks = [] }) => blocks),
      ...own.flatMap((command) => namedIn(command).map((blocked) => ({ user: command.stream, blocked }))),
    ],
    externalIds: commands.flatMap((command) => (command.type === 'CreateUser' ? [command.stream] : [])),
  }
}

/** The event, and the row of the user or of the block. */
const userCommandRows = 2

/** An estimate of the rows that an append of this command changes: its own, by default one, and one for each user that it names. */
export const rowsOf = (command: Command): number => {
  if (command.type === 'CreateUser') return 1
  if (isUserCommand(command)) return userCommandRows
  const { members, added, rows = 1 } = readsOf(command)
  return Math.max(members.length, added.length, rows)
}
