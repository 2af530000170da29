import { valuesOf } from './values-of.ts'

/**
 * All bounds of queues and buffers. An overflow is an error, a pause of the
 * source, or a close with a named code; a queue never grows beyond its bound.
 * Each can be set by the environment variable of the same name in upper snake
 * case.
 */
export const boundsTable = {
  sendQueueBytes: { value: 256 * 1024, meaning: 'Bytes queued for one socket before its followers are set behind.' },
  pendingPerSession: { value: 64, meaning: 'Commands of one session without an outcome.' },
  pendingPerGateway: { value: 10_000, meaning: 'Commands of one gateway without an outcome.' },
  produceBufferBytes: { value: 10 * 1024 * 1024, meaning: 'Bytes of commands that wait for the command log.' },
  produceBatchRecords: { value: 500, meaning: 'Records of one publish to the command log.' },
  pageBytes: { value: 1024 * 1024, meaning: 'Bytes of one page of a list, a resume or a gap repair.' },
  pageEvents: { value: 200, meaning: 'Events of one page that a follower or a gap repair reads.' },
  pagesPerSession: {
    value: 8,
    meaning:
      'Concurrent page reads from the store: for the lists of one session, and for the followers of all sockets of one user.',
  },
  heldFrames: {
    value: 256,
    meaning: 'Publications buffered for a room that is opening or repairing a gap; further ones are read from the store.',
  },
  publicationBytes: { value: 128 * 1024, meaning: 'Bytes of one publication of a room.' },
  answerBytes: {
    value: 64 * 1024 * 1024,
    meaning:
      'Bytes of answers to reads of one gateway that are being read or not yet taken by their sockets; further reads wait.',
  },
  sessionsPerGateway: { value: 20_000, meaning: 'Sockets of one gateway.' },
  bindingSessions: {
    value: 5_000,
    meaning: 'Sockets of one gateway without a user; further sockets are closed with a code that asks the client to retry.',
  },
  sessionsPerAddress: {
    value: 2_000,
    meaning: 'Sockets of one client address (IPv6: of one /64) on one gateway; service tokens are exempt.',
  },
  sessionsPerUser: { value: 50, meaning: 'Sockets of one user on one gateway; service tokens are exempt.' },
  connectionsPerAddress: {
    value: 1_000,
    meaning:
      'TCP connections of one peer address (IPv6: of one /64) to one gateway that have no session yet, or serve HTTP; further connections are closed. Trusted proxies are exempt.',
  },
  callsPerGateway: { value: 1_000, meaning: 'Concurrent HTTP requests of one gateway.' },
  frameFragments: { value: 1_024, meaning: 'Fragments of one WebSocket message from a client.' },
  signalsWaiting: {
    value: 4_000,
    meaning:
      'Signals of one gateway that wait for the fan-out; further ones are dropped. A statement with `LOOKUP_ITEMS` read markers causes up to twice as many.',
  },
  writerBatchRecords: { value: 500, meaning: 'Commands that a writer decides and stores in one append.' },
  writerBatchRows: {
    value: 2_500,
    meaning: 'Rows of one append: one for each command and each user that it names. A larger command is appended alone.',
  },
  writerMemoryEntries: {
    value: 100_000,
    meaning: 'Rooms and memberships that a writer caches; others are read before their commands are decided.',
  },
  eventStreamBytes: {
    value: 256 * 1024,
    meaning: 'Bytes of waiting events at which they are published to the event stream at once.',
  },
  webhookRequests: {
    value: 64,
    meaning: 'Concurrent requests of one relay to a webhook, for rooms whose events are sent as they arrive.',
  },
  webhookParkedRequests: {
    value: 128,
    meaning: 'Concurrent requests of one relay to a webhook, for rooms that are slow, behind or retried.',
  },
  pushMembers: {
    value: 1_000,
    meaning:
      'Members of a chat up to which each message notifies them (`PUSH_URL`); in a larger chat, a message notifies only the members whom it mentions by name.',
  },
  preSendRequests: {
    value: 100,
    meaning: 'Concurrent checks of messages by one gateway before they are sent; further ones wait.',
  },
  lookupItems: { value: 1_000, meaning: 'Items of one batched look-up.' },
  lookupMemberships: {
    value: 500,
    meaning: 'Chats of one user that a batched look-up reads; a user with more is read separately.',
  },
  databasePool: {
    value: 10,
    meaning: 'Database connections of one process; a gateway uses half of them for lists, and a fifth for the lists of one user.',
  },
} as const

/** The value of every bound. */
export type Bounds = { readonly [Name in keyof typeof boundsTable]: number }

/** The defaults, for processes that set no variable, and for tests. */
export const defaultBounds: Bounds = valuesOf(boundsTable)
