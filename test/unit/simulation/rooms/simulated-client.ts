import type { Session } from '../../../../services/gateway/session/session.ts'
import type { History } from '../../../support/load/history.ts'
import { openSession } from '../world/open-session.ts'
import { simulatedNames } from '../world/simulated-settings.ts'
import type { Received, SimulatedSocket } from '../world/simulated-socket.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'
import type { RecordedConnection } from './recorded-connection.ts'
import { recordConnection } from './recorded-connection.ts'
import type { Sent } from './sent.ts'

/** Everything that one connection sent and received. */
export interface Connection {
  /** The external id of the user that it binds; undefined if it stays unbound. */
  readonly user: string | undefined
  readonly socket: SimulatedSocket
  readonly sent: Sent[]
  readonly recorded: RecordedConnection
  /** Known once `create-user` was answered. */
  userId: string | undefined
}

/** The state that all clients share. */
export interface Commons {
  readonly world: SimulatedWorld
  /** By external id. */
  readonly userIds: Map<string, string>
  readonly rooms: string[]
  readonly connections: Connection[]
  readonly history: History
  readonly startMs: number
  /** Messages are edited, deleted, pinned, and have reactions, replies and other optional parts. */
  readonly isLiving: boolean
  /** Members mark rooms as read. */
  readonly isMarking: boolean
  /** Devices watch rooms and users, and send signals. */
  readonly isSignalling: boolean
}

/** The number of a user by external id, for the history; 0 for a socket without a user. */
export const userNumber = (externalId: string | undefined): number =>
  externalId === undefined ? 0 : simulatedNames.indexOf(externalId) + 1

/** Connects to a random gateway, sends, and keeps the last seq of each room, as a client does. */
export interface SimulatedClient {
  readonly connection: Connection | undefined
  readonly isOpen: boolean
  /** The last seq seen of each room, over all connections. */
  readonly lastSeen: ReadonlyMap<string, number>
  connect(): void
  send(request: { readonly event: string; readonly body: unknown; readonly [field: string]: unknown }, note?: Partial<Sent>): void
}

export const simulatedClient = ({ world, userIds, connections, history }: Commons, user: string | undefined): SimulatedClient => {
  const { clock } = world
  const lastSeen = new Map<string, number>()
  let current: { readonly connection: Connection; readonly session: Session } | undefined

  const hear = (connection: Connection, frame: Received): void => {
    if (frame.seq !== undefined && frame.room !== undefined) lastSeen.set(frame.room, frame.seq)
    noteUser(connection, frame)
    connection.recorded.received(frame)
  }

  const noteUser = (connection: Connection, frame: Received): void => {
    if (frame.event !== 'create-user' || frame.body === undefined || user === undefined) return
    const { id, externalUserId } = (frame.body as { user: { id: string; externalUserId: string } }).user
    userIds.set(externalUserId, id)
    if (externalUserId !== user || connection.userId !== undefined) return
    connection.userId = id
  }

  return {
    get connection() {
      return current?.connection
    },
    get isOpen() {
      return current !== undefined && !current.connection.socket.isClosed
    },
    lastSeen,
    connect: () => {
      const { socket, session } = openSession(world, [1, 5, 60], (frame) => hear(connection, frame))
      const recorded = recordConnection(history, {
        socket: connections.length + 1,
        user: userNumber(user),
        atMs: clock.monotonicMs(),
        numberOfUser: (id) => userNumber([...userIds].find(([, known]) => known === id)?.[0]),
      })
      const connection: Connection = { user, socket, sent: [], recorded, userId: undefined }
      connections.push(connection)
      current = { connection, session }
    },
    send: (request, note = {}) => {
      if (current === undefined || current.connection.socket.isClosed) return
      const callerId = world.newId()
      const sent = { callerId, event: request.event, atMs: clock.monotonicMs(), ...note }
      current.connection.sent.push(sent)
      current.connection.recorded.sent(sent)
      current.session.receive(JSON.stringify({ ...request, id: callerId }))
    },
  }
}
