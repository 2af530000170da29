import type { ChatClient, ConnectOptions } from './chat-client.ts'
import { connectCore } from './connect-core.ts'
import { createRoomHandles } from './room-handles.ts'

/**
 * Connects a user to the chat at `address` (`ws://…/ws`). Returns at once; the
 * client connects, and keeps the connection until it is closed. Throws a
 * `TypeError` if the address is not a valid socket URL.
 */
export const connect = (address: string, options: ConnectOptions = {}): ChatClient => {
  const core = connectCore(address, options)
  return Object.assign(core, { room: createRoomHandles({ ...core, me: () => core.user?.id ?? '' }) })
}
