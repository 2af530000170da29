import { valuesOf } from './values-of.ts'

/**
 * All rate limits: token buckets with the capacity `…Burst`, refilled by
 * `…PerMinute`. Service tokens are exempt, except where the meaning includes them:
 * back ends are trusted, and bounded by their pending commands. `rates.test.ts`
 * verifies the relations between the values.
 */
export const ratesTable = {
  sessionFramesPerMinute: { value: 3_000, meaning: 'Frames of one socket.' },
  sessionFramesBurst: { value: 300, meaning: 'Frames of one socket in a burst.' },
  addressFramesPerMinute: { value: 60_000, meaning: 'Frames of one client address (IPv6: of one /64), on all gateways.' },
  addressFramesBurst: { value: 6_000, meaning: 'Frames of one client address in a burst.' },
  userRequestsPerMinute: {
    value: 1_200,
    meaning: 'Requests of one user, on all gateways; PROTOCOL.md lists the cost of large requests.',
  },
  userRequestsBurst: { value: 300, meaning: 'Requests of one user in a burst.' },
  usersAddedPerMinute: { value: 60, meaning: 'Users that one user adds to chats, on all gateways.' },
  usersAddedBurst: { value: 2_000, meaning: 'Users that one user adds to chats in a burst.' },
  userEditsPerMinute: { value: 60, meaning: 'Edits of messages by one user, on all gateways.' },
  userEditsBurst: { value: 30, meaning: 'Edits of messages by one user in a burst.' },
  userUploadKbPerMinute: {
    value: 728,
    meaning: 'KiB of files that one user announces, on all gateways; the default is 1 GiB a day.',
  },
  userUploadKbBurst: { value: 1_048_576, meaning: 'KiB of files that one user announces in a burst.' },
  strangerCommandsPerMinute: {
    value: 60,
    meaning: 'Commands of one user to rooms of which it is not a known member, on all gateways.',
  },
  strangerCommandsBurst: { value: 30, meaning: 'Commands of one user to such rooms in a burst.' },
  roomBytesPerMinute: {
    value: 2_000_000_000,
    meaning: 'Bytes of frames sent to one room, multiplied by its sockets, on all gateways.',
  },
  roomBytesBurst: { value: 250_000_000, meaning: 'Bytes of frames sent to one room, multiplied by its sockets, in a burst.' },
  roomReactionsPerMinute: {
    value: 1_200,
    meaning: 'Reactions of all members of one room, if more than 1,000 sockets follow it, on all gateways.',
  },
  roomReactionsBurst: { value: 100, meaning: 'Reactions of all members of such a room in a burst.' },
  sessionSignalsPerMinute: {
    value: 120,
    meaning: 'Signals of one socket; further ones are dropped; also applies to service tokens.',
  },
  sessionSignalsBurst: { value: 30, meaning: 'Signals of one socket in a burst.' },
  roomSignalsPerMinute: {
    value: 1_200,
    meaning: 'Signals into one room from the sockets of one gateway; further ones are dropped; also applies to service tokens.',
  },
  roomSignalsBurst: { value: 60, meaning: 'Signals into one room from the sockets of one gateway in a burst.' },
  addressUpgradesPerMinute: {
    value: 1_200,
    meaning: 'Upgrades and HTTP requests of one client address, including refused ones, on all gateways.',
  },
  addressUpgradesBurst: { value: 300, meaning: 'Upgrades and HTTP requests of one client address in a burst.' },
  sessionErrorsPerMinute: {
    value: 60,
    meaning: 'Invalid or rate-limited requests of one socket; also applies to service tokens.',
  },
  sessionErrorsBurst: {
    value: 100,
    meaning: 'Invalid or rate-limited requests of one socket in a burst; beyond it, the socket is closed.',
  },
  sessionPingsPerMinute: { value: 120, meaning: 'WebSocket pings and pongs of one socket; also applies to service tokens.' },
  sessionPingsBurst: {
    value: 100,
    meaning: 'WebSocket pings and pongs of one socket in a burst; beyond it, the socket is closed.',
  },
} as const

/** The value of every rate limit. */
export type Rates = { readonly [Name in keyof typeof ratesTable]: number }

/** The defaults, for processes that set no variable, and for tests. */
export const defaultRates: Rates = valuesOf(ratesTable)
