import { valuesOf } from './values-of.ts'

/**
 * Every bound of a queue or buffer, in one table: overflow is an error, a
 * pause of the source or a named close, never growth. Each can be set by the
 * environment variable of the same name in upper snake case.
 */
export const boundsTable = {
  sendQueueBytes: { value: 256 * 1024, meaning: 'Bytes queued for one socket before its followers are set behind.' },
  pendingPerSession: { value: 64, meaning: 'Commands of one session without an outcome.' },
  pendingPerGateway: { value: 10_000, meaning: 'Commands of one gateway without an outcome.' },
  produceBufferBytes: { value: 10 * 1024 * 1024, meaning: 'Bytes of commands waiting for the command log.' },
  produceBatchRecords: { value: 500, meaning: 'Records of one publish to the command log.' },
  pageBytes: { value: 1024 * 1024, meaning: 'Bytes of one page of a list, a resume or a repair.' },
  pageEvents: { value: 200, meaning: 'Events of one page read by a follower or a repair.' },
  pagesPerSession: {
    value: 8,
    meaning:
      'Pages that one session reads from the store at a time, for its lists, and for its followers, for these over all sockets of its user.',
  },
  heldFrames: {
    value: 256,
    meaning: 'Publications held for a room that is opening or repairing; past it they are read from the store.',
  },
  publicationBytes: { value: 128 * 1024, meaning: 'Bytes of one publication of a room.' },
  answerBytes: {
    value: 64 * 1024 * 1024,
    meaning: 'Bytes of answers to reads, under way or not taken by their sockets yet, for one gateway; past it reads wait.',
  },
  sessionsPerGateway: { value: 20_000, meaning: 'Sockets of one gateway.' },
  bindingSessions: {
    value: 5_000,
    meaning: 'Sockets of one gateway that have no user yet; past it, others are told to come back.',
  },
  sessionsPerAddress: { value: 2_000, meaning: 'Sockets of one address (an IPv6 site is one) on one gateway, services aside.' },
  sessionsPerUser: { value: 50, meaning: 'Sockets of one user on one gateway, services aside.' },
  connectionsPerAddress: {
    value: 1_000,
    meaning:
      'TCP connections of one peer address (an IPv6 /64 counts as one) to one gateway that have no session yet, or serve HTTP; more are closed. Trusted proxies are exempt.',
  },
  callsPerGateway: { value: 1_000, meaning: 'Max HTTP requests in flight per gateway.' },
  frameFragments: { value: 1_024, meaning: 'Fragments of one WebSocket message that a client sends.' },
  writerBatchRecords: { value: 500, meaning: 'Commands that a writer decides and stores in one append.' },
  writerBatchRows: {
    value: 2_500,
    meaning: 'Rows of one append: one for each command and each user that it names. A command with more is alone.',
  },
  writerMemoryEntries: {
    value: 100_000,
    meaning: 'Rooms and memberships that a writer remembers; commands on others are read for first.',
  },
  eventStreamBytes: {
    value: 256 * 1024,
    meaning: 'Bytes of events that go to the event stream together, without waiting longer.',
  },
  lookupItems: { value: 1_000, meaning: 'Items of one batched look-up.' },
  lookupMemberships: {
    value: 500,
    meaning: 'Chats of one user that a batched look-up reads; the chats of a user with more are read apart.',
  },
  databasePool: {
    value: 10,
    meaning: 'Connections to the database, per process; a gateway reads lists on half of them, those of one user on a fifth.',
  },
} as const

export type Bounds = { readonly [Name in keyof typeof boundsTable]: number }

export const defaultBounds: Bounds = valuesOf(boundsTable)
