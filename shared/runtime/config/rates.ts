import { valuesOf } from './values-of.ts'

/**
 * How much may be asked over time, in one table: token buckets that hold a
 * burst and fill by the minute. A service is held to none of them: its back
 * end is trusted, and bounded by what it has in flight. `rates.test.ts` holds
 * the relations between them.
 */
export const ratesTable = {
  sessionFramesPerMinute: { value: 3_000, meaning: 'Frames of one socket.' },
  sessionFramesBurst: { value: 300, meaning: 'Frames of one socket at once.' },
  addressFramesPerMinute: { value: 60_000, meaning: 'Frames of one address (an IPv6 site is one), on all gateways.' },
  addressFramesBurst: { value: 6_000, meaning: 'Frames of one address at once.' },
  userRequestsPerMinute: {
    value: 1_200,
    meaning: 'Requests of one user, on all gateways; PROTOCOL.md has the prices of large ones.',
  },
  userRequestsBurst: { value: 300, meaning: 'Requests of one user at once.' },
  usersAddedPerMinute: { value: 60, meaning: 'Users whom one user takes into chats, on all gateways.' },
  usersAddedBurst: { value: 2_000, meaning: 'Users whom one user takes into chats at once.' },
  strangerCommandsPerMinute: {
    value: 60,
    meaning: 'Commands of one user into rooms where the gateway does not know it as a member, on all gateways.',
  },
  strangerCommandsBurst: { value: 30, meaning: 'Commands of one user into such rooms at once.' },
  roomBytesPerMinute: {
    value: 2_000_000_000,
    meaning: 'Bytes of frames sent into one room times its sockets, on all gateways.',
  },
  roomBytesBurst: { value: 250_000_000, meaning: 'Bytes of frames sent into one room times its sockets at once.' },
  addressUpgradesPerMinute: { value: 1_200, meaning: 'Upgrades and requests of one address, refused ones too, on all gateways.' },
  addressUpgradesBurst: { value: 300, meaning: 'Upgrades and requests of one address at once.' },
  sessionErrorsPerMinute: {
    value: 60,
    meaning: 'Mistakes that one socket may make, or refusals of too much; this one is for services too.',
  },
  sessionErrorsBurst: { value: 100, meaning: 'Mistakes that one socket may make at once; past it, it is closed.' },
  sessionPingsPerMinute: { value: 120, meaning: 'WebSocket pings and pongs of one socket; this one is for services too.' },
  sessionPingsBurst: { value: 100, meaning: 'WebSocket pings and pongs of one socket at once; past it, it is closed.' },
} as const

export type Rates = { readonly [Name in keyof typeof ratesTable]: number }

export const defaultRates: Rates = valuesOf(ratesTable)
