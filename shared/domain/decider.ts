/**
 * The decider pattern of event sourcing (Jérémie Chassaing): the state is a fold
 * of `evolve` over the events so far, and `decide` returns exactly one event or
 * one other result (`No`), such as a rejection. Both functions are pure.
 */
export interface Decider<State, Command, Event, No> {
  readonly initialState: State
  readonly evolve: (state: State, event: Event) => State
  readonly decide: (command: Command, state: State) => Event | No
}
