import type { Connection } from '../rooms/simulated-client.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'
import { isSignalPush } from './check-signals.ts'
import type { ReaderSince, SignalRecord } from './signal-person.ts'

/** Whether the user was added to the room again, and so became a member, after it had become a reader. */
const wasAddedAgain = ({ user, room, seq }: ReaderSince, committed: readonly CommittedEvent[]): boolean =>
  committed.some(
    ({ event }) =>
      event.stream === room &&
      event.seq > seq &&
      event.name === 'add-users' &&
      ((JSON.parse(event.data) as { readonly users?: readonly string[] }).users ?? []).includes(user),
  )

/** Nobody gets a signal of a user who had received, before it sent the signal, that it may only read the room. */
export const checkReaders = (
  connections: readonly Connection[],
  { ofReaders }: SignalRecord,
  committed: readonly CommittedEvent[],
  say: (problem: string) => void,
): void => {
  const pushes = connections.flatMap(({ socket }) => socket.frames.filter(isSignalPush))
  const numbers = new Set(pushes.map(({ body }) => (body?.data as { readonly number?: number } | undefined)?.number))
  for (const [number, reader] of ofReaders)
    if (numbers.has(number) && !wasAddedAgain(reader, committed)) say('a socket got a signal of a user who may only read')
}
