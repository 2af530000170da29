import { chatDialect } from './chat-dialect.ts'
import type { Dialect } from './dialect.ts'

/** A bare `ws` server, which receives the members of each room and sends the same frames as the service. */
export const bareDialect: Dialect = {
  ...chatDialect,
  path: '/',
  greet: async (line, externalId) => {
    line.send(JSON.stringify({ user: externalId }))
    await line.answer((text) => text.startsWith('{"id"'))
    return externalId
  },
  createdFrames: 0,
  createRoom: async (line, room, users) => {
    line.send(JSON.stringify({ room, users }))
    await line.answer((text) => text.startsWith('{"id"'))
  },
}
