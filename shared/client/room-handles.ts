import type { Room } from './room.ts'
import type { HandleDeps, RoomState } from './room-state.ts'
import { createRoomState } from './room-state.ts'

/** The rooms of a client; the same handle each time for the same room. */
export const createRoomHandles = (calls: HandleDeps): ((id: string) => Room) => {
  const states = new Map<string, RoomState>()
  const stateOf = (id: string): RoomState => {
    const state = states.get(id) ?? createRoomState(id, calls)
    states.set(id, state)
    return state
  }
  calls.on('chat', (chat) => stateOf(chat.id).joined(chat))
  calls.on('message', (message) => stateOf(message.room).received(message))
  calls.on('changed', (change) => stateOf(change.room).messageChanged(change))
  calls.on('erased', (range) => stateOf(range.room).erased(range))
  calls.on('missed', ({ room, seq }) => stateOf(room).missed(seq))
  calls.on('members', (change) => stateOf(change.room).membersChanged(change))
  calls.on('updated', (update) => stateOf(update.room).updated(update))
  calls.on('roles', (change) => stateOf(change.room).rolesChanged(change))
  calls.on('left', ({ room }) => stateOf(room).left())
  calls.on('reset', ({ room, seq }) => stateOf(room).reset(seq))
  return (id) => stateOf(id).open()
}
