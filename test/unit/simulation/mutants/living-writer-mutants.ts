import type { Mutant } from './mutant.ts'

const writer = (file: string): string => `services/writer/${file}.ts`
const memory = 'test/unit/memory-store/memory-messages.ts'

/** The rules of writers about messages that change, each left out. The simulation of writers with such messages detects it. */
export const livingWriterMutants: readonly Mutant[] = [
  {
    rule: 'a repeat of a redacted command is answered without the old text (J1b)',
    module: writer('recorded-outcome'),
    in: 'asNow',
    body: 'return outcome',
  },
  {
    rule: 'a repeat of a redacted command is answered with the tombstone whatever its digest is (J1b)',
    module: writer('recorded-outcome'),
    in: 'ownOutcome',
    operand: 'isRedactedOutcomeOf',
  },
  {
    rule: 'a deletion removes the content from the stored events (J1b)',
    module: memory,
    in: 'afterDeletion',
    call: 'redactedEvent',
    becomes: 'event',
  },
  {
    rule: 'a message is in the state that the batch has read (J1)',
    module: writer('batch-state'),
    in: 'chatsOf',
    body: 'return new Map(chats)',
  },
  {
    rule: 'a reaction is counted from the reactions that its user has set (J2)',
    module: writer('read-set'),
    in: 'readSetOf',
    property: 'reactions',
    becomes: 'reactions: []',
  },
]
