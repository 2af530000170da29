import type { ChatCommand, Command } from '../../shared/domain/commands.ts'
import type { CommandKey, ReadSet } from '../../shared/ports/event-store.ts'

const isOfChat = (command: Command): command is ChatCommand => command.type !== 'CreateUser'

/** Where the outcome of a command is kept: a user's in the stream that it would begin. */
export const outcomeKey = (command: Command): CommandKey => ({
  room: command.type === 'CreateUser' ? command.id : command.room,
  id: command.id,
  digest: command.digest,
})

/** Those whose membership the decision depends on. */
const membersOf = (command: ChatCommand): readonly string[] => {
  switch (command.type) {
    case 'CreateChat':
    case 'PostMessage':
      return [command.user]
    case 'AddUsers':
    case 'RemoveUsers':
      return [command.user, ...command.body.users]
  }
}

/** Those whom the command would add to the chat: they must exist, and not be in too many chats. */
const addedBy = (command: ChatCommand): readonly string[] => {
  if (command.type === 'CreateChat') return [command.user, ...command.body.users]
  return command.type === 'AddUsers' ? command.body.users : []
}

/** What has to be known before these commands can be decided. */
export const readSetOf = (commands: readonly Command[], chatsPerUser: number): ReadSet => {
  const ofChats = commands.filter(isOfChat)
  const users = [...new Set(ofChats.flatMap(addedBy))]
  return {
    rooms: [...new Set(ofChats.map(({ room }) => room))],
    commands: commands.map(outcomeKey),
    members: ofChats.flatMap((command) => membersOf(command).map((user) => ({ room: command.room, user }))),
    users,
    chatCounts: { users, upTo: chatsPerUser },
    externalIds: commands.flatMap((command) => (command.type === 'CreateUser' ? [command.room] : [])),
  }
}

/** How many rows an append of this command touches, in proportion: one for itself and one for each user that it names. */
export const rowsOf = (command: Command): number =>
  command.type === 'CreateUser' || !('users' in command.body) ? 1 : 1 + command.body.users.length
