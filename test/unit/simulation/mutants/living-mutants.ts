import type { Mutant } from './mutant.ts'

const memory = 'test/unit/memory-store/memory-messages.ts'
const list = 'test/unit/memory-store/memory-message-list.ts'
const permissions = 'shared/domain/message-permissions.ts'
const event = (file: string): string => `shared/room-events/${file}.ts`

/** The rules of messages that change, each left out. The simulation of gateways with such messages detects it. */
export const livingMutants: readonly Mutant[] = [
  {
    rule: 'a deletion of a reply lowers the number of replies (J2)',
    module: memory,
    in: 'afterDeletion',
    guard: 'thread',
    shownBy: 3,
  },
  {
    rule: 'a deletion removes the content from the stored events (J1b)',
    module: memory,
    in: 'afterDeletion',
    call: 'redactedEvent',
    becomes: 'event',
    shownBy: 8,
  },
  {
    rule: 'a page is as of the head in its snapshot (J1)',
    module: list,
    in: 'messagePage',
    call: 'get',
    becomes: '{ head: (<original>?.head ?? 0) + 1 }',
  },
  {
    rule: 'the count of a reaction is that of its users (J2)',
    module: event('set-reaction'),
    in: 'countAfter',
    body: 'return (reactions.get(body.reaction) ?? 0) + (body.on === false ? -1 : 1)',
  },
  {
    rule: 'nobody edits the words of others (J5)',
    module: permissions,
    in: 'whyNotEdited',
    guard: 'user',
  },
  {
    rule: 'only the creator pins (J5)',
    module: permissions,
    in: 'permittedMessage',
    call: 'whyNotChanged',
    becomes: "action === 'pin' ? undefined : <original>",
    shownBy: 11,
  },
  {
    rule: 'only members change messages (J5)',
    module: permissions,
    in: 'permittedMessage',
    body: `const message = presentMessage(state, command.body.message)
      return message === undefined ? { rejection: unknownMessage('body.message') } : { message }`,
  },
  {
    rule: 'a deleted message cannot be changed (J5)',
    module: 'shared/domain/named-messages.ts',
    in: 'presentMessage',
    operand: 'isDeleted',
  },
  {
    rule: 'the last edit in the order of the room wins (J1)',
    module: memory,
    in: 'projectMessage',
    call: 'stringify',
    becomes: 'row.edits.length > 1 ? row.data : <original>',
    shownBy: 49,
  },
  {
    rule: 'events and fields of a level are refused until the store has it (J7)',
    module: 'services/gateway/requests/frame-reader.ts',
    in: 'createFrameReader',
    call: 'level',
    becomes: 'supportedLevel',
  },
]
