/**
 * The whole idea of event sourcing: a pure decision over a state that is the
 * fold of the events so far. `decide` yields exactly one event or one no.
 *
 * After Jérémie Chassaing's decider pattern, as emmett writes it down.
 */
export interface Decider<State, Command, Event, No> {
  readonly initialState: State
  readonly evolve: (state: State, event: Event) => State
  readonly decide: (command: Command, state: State) => Event | No
}
