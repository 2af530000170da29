import type { Mutant } from './mutant.ts'

/** The rules of direct chats, blocks and profiles, each left out. The simulation of people detects it. */
export const peopleMutants: readonly Mutant[] = [
  {
    rule: 'the id of a direct chat does not depend on which of its users opens it (J9)',
    module: 'shared/records/direct-chat-id.ts',
    in: 'directChatId',
    call: 'pairOf',
    becomes: '[one, other]',
  },
  {
    rule: 'the commands of both users of a direct chat are one command (J9)',
    module: 'shared/records/command-of.ts',
    in: 'directNames',
    call: 'digestOf',
    becomes: "digestOf(actor, 'create-chat', body)",
  },
  {
    rule: 'the rejection of a direct chat is not recorded',
    module: 'services/writer/decide-batch.ts',
    in: 'isDirect',
    body: 'return false',
  },
  {
    rule: 'the recorded outcome of a create-chat is read although the room is remembered',
    module: 'services/writer/decide-and-append.ts',
    in: 'withoutKnownRooms',
    property: 'commands',
    becomes: 'commands: readSet.commands.filter(({ room }) => !isKnown(room))',
  },
  {
    rule: 'a block that is confirmed before refuses a direct chat',
    module: 'shared/room-events/create-chat.ts',
    in: 'whyNotDirect',
    call: 'blockBetween',
  },
  {
    rule: 'a block is removed again',
    module: 'test/unit/memory-store/memory-tables.ts',
    in: 'projectBlock',
    call: 'delete',
  },
  {
    rule: 'a change of a user follows the head of its stream',
    module: 'shared/domain/user-stream.ts',
    in: 'nextUserHead',
    property: 'seq',
    becomes: 'seq: seq + 2',
  },
]
