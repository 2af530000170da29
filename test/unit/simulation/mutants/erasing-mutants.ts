import type { Mutant } from './mutant.ts'

const erase = 'shared/room-events/erase.ts'

/** The rules of erasures, each left out. The simulation of gateways with an operator who erases detects it. */
export const erasingMutants: readonly Mutant[] = [
  {
    rule: 'the membership of an erased user ends for the writers (J5)',
    module: erase,
    in: 'evolve',
    call: 'withoutMembers',
    becomes: 'state',
  },
  {
    rule: 'an erasure names the member whose membership ends (I9)',
    module: erase,
    in: 'decide',
    call: 'has',
    becomes: 'false',
  },
  {
    rule: 'an erasure of one user keeps the messages of the others (J1)',
    module: 'shared/domain/erasure.ts',
    in: 'isErased',
    operand: 'author',
  },
  {
    rule: 'an erasure removes the content from the stored events (J1b)',
    module: 'test/unit/memory-store/memory-messages.ts',
    in: 'eraseMessages',
    call: 'afterDeletion',
  },
]
