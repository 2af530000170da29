import type { Mutant } from '../../simulation/mutants/mutant.ts'

const effects = 'shared/client/message-effects.ts'
const feed = 'shared/client/message-feed.ts'
const state = 'shared/client/room-state.ts'

/** The rules by which a client's lists stay equal to those of the service, each left out. */
export const listMutants: readonly Mutant[] = [
  {
    rule: 'an event that is part of a page already has no effect (`as_of`)',
    module: effects,
    in: 'apply',
    body: 'return { ...change(held), as_of: seq }',
  },
  { rule: 'a page is compared by its `as_of`, not by the seq of the message', module: effects, in: 'apply', operand: 'as_of' },
  { rule: 'effects that arrive while a page is read are applied to it', module: feed, in: 'affected', guard: 'mostKept' },
  { rule: 'erased messages have no content', module: effects, in: 'erasedMessage', body: 'return held' },
  {
    rule: 'a list with replies is read again after an erasure, because only the service can count them',
    module: feed,
    in: 'erased',
    call: 'missed',
  },
  { rule: 'missed changes make the messages stale', module: state, in: 'missed', call: 'missed' },
  {
    rule: 'a page that was requested before missed changes is read again',
    module: feed,
    in: 'missed',
    body: 'isStale = entries.length > 0; if (isStale) void refreshed()',
  },
  {
    rule: 'a page that was requested before a reset is read again',
    module: feed,
    in: 'restart',
    body: 'entries = []; newest = seq; before = seq + 1; hasOlder = true; isStale = false',
  },
  {
    rule: 'frames that a resume does not repeat because of a reset are requested again',
    module: 'shared/client/rooms.ts',
    in: 'startFilling',
    call: 'max',
    becomes: 'at.highest',
  },
  { rule: 'a deletion removes reactions and the pin', module: effects, in: 'withContent', operand: 'deleted' },
  {
    rule: 'a deletion of a reply lowers the number of replies',
    module: effects,
    in: 'effectsOfChange',
    body: 'return [effectAt(change.seq, change.message, (held) => withChange(held, change, me))]',
  },
  { rule: 'a reply raises the number of replies', module: effects, in: 'effectsOfMessage', body: 'return []' },
  { rule: 'own reactions follow from own events only', module: effects, in: 'withReaction', conditional: 'user_id' },
  { rule: 'a message that the list covers already is not added again', module: feed, in: 'received', guard: 'newest' },
  { rule: 'a list of a thread has no other messages', module: state, in: 'accepts', body: 'return true' },
]
