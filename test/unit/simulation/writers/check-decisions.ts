import type { ChatState } from '../../../../shared/domain/chat.ts'
import { noChat } from '../../../../shared/domain/chat.ts'
import type { Append, CommandKey, StoredEvent, StoredRejection } from '../../../../shared/ports/event-store.ts'
import { chatDecider } from '../../../../shared/room-events/chat-decider.ts'
import type { ChatCommand, ChatEvent } from '../../../../shared/room-events/room-events.ts'
import { isUserEvent } from '../../../../shared/user-events/find-user-event.ts'
import { keyText } from './command-keys.ts'
import { simulatedUsers } from './random-commands.ts'

const everybody: ReadonlySet<string> = new Set(simulatedUsers)

/** Every message that an event of the room posts is known; `evolve` keeps the messages that the state names. */
const namedMessages = (events: readonly Pick<StoredEvent, 'type' | 'commandId'>[]): ChatState['messages'] =>
  new Map(events.flatMap(({ type, commandId }) => (type === 'MessagePosted' ? [[commandId, undefined]] : [])))

/** The state of a room after its stored events. */
const stateOf = (stored: readonly StoredEvent[], batch: Append, room: string): ChatState => {
  const events = stored.filter(({ stream }) => stream === room)
  const posts = batch.events.flatMap(({ event }) => (event.type === 'MessagePosted' ? [event] : []))
  const messages = namedMessages([...events, ...posts])
  return events.reduce<ChatState>(
    (state, { seq, type, commandId, digest, data }) =>
      chatDecider.evolve(state, { type, stream: room, seq, commandId, digest, body: JSON.parse(data) } as ChatEvent),
    { ...noChat, knownUsers: everybody, messages },
  )
}

/** The decision as text without times, because a command that is sent again has another time. */
const timeless = (decided: object | undefined): string =>
  JSON.stringify(decided, (name, value) => (name === 'created_at' || name === 'modified_at' ? undefined : value))

/** Whether one of the states during the batch leads to this rejection; `forbidden` is always right for a non-member. */
const isRight = ({ rejection }: StoredRejection, command: ChatCommand, states: readonly ChatState[]): boolean =>
  states.some((state) => {
    const decided = chatDecider.decide(command, state)
    const isNonMember = rejection.code === 'forbidden' && !state.members.has(command.user)
    return isNonMember || (decided.type === 'Rejected' && decided.code === rejection.code)
  })

/** Checks every decision of an append against the decider at the stored state of its rooms. */
export const checkDecisions = (
  batch: Append,
  stored: readonly StoredEvent[],
  commandOf: (key: CommandKey) => ChatCommand | undefined,
  noteOutcome: (key: CommandKey, outcome: string) => void,
  say: (problem: string) => void,
): void => {
  const checkEvent = (event: ChatEvent, state: ChatState): ChatState => {
    const key = { room: event.stream, id: event.commandId, digest: event.digest }
    const command = commandOf(key)
    const right = command === undefined ? event : chatDecider.decide(command, state)
    if (timeless(right) !== timeless(event)) say(`${keyText(key)}: stored ${timeless(event)}, right is ${timeless(right)}`)
    if (event.seq !== state.seq + 1) say(`${keyText(key)}: seq ${event.seq} after ${state.seq}`)
    noteOutcome(key, `event ${event.seq}`)
    const after = chatDecider.evolve(state, event)
    if (after.lastAt < state.lastAt) say(`${keyText(key)}: ${after.lastAt} after ${state.lastAt}`)
    return after
  }

  for (const room of batch.heads.keys()) {
    const states = [stateOf(stored, batch, room)]
    for (const { event } of batch.events)
      if (event.type !== 'UserCreated' && !isUserEvent(event) && event.stream === room)
        states.push(checkEvent(event, states.at(-1) ?? noChat))
    for (const rejection of batch.rejections.filter((each) => each.room === room)) {
      const key = { room, id: rejection.commandId, digest: rejection.digest }
      const command = commandOf(key)
      const { code } = rejection.rejection
      if (command === undefined || !isRight(rejection, command, states)) say(`${keyText(key)}: ${code} was not right`)
      noteOutcome(key, code)
    }
  }
}
