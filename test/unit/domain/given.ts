import { expect } from 'vitest'
import type { Decider } from '../../../shared/domain/decider.ts'

interface When<Event, No> {
  /** Expects these fields in the decision. */
  then(expected: object): void
  readonly result: Event | No
}

export interface Given<Command, Event, No> {
  when(command: Command): When<Event, No>
}

/** given(events).when(command).then(event or rejection) for a decider. */
export const specificationOf =
  <State, Command, Event, No>(decider: Decider<State, Command, Event, No>) =>
  (events: readonly Event[], initialState: State = decider.initialState): Given<Command, Event, No> => ({
    when: (command) => {
      const result = decider.decide(command, events.reduce(decider.evolve, initialState))
      return { result, then: (expected) => expect(result).toMatchObject(expected) }
    },
  })
