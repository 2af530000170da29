import { describe, expect, it } from 'vitest'
import { defaultLimits as limits } from '../../../../shared/protocol/limits.ts'
import { defaultBounds as bounds } from '../../../../shared/runtime/config/bounds.ts'
import { defaultRates as rates, ratesTable } from '../../../../shared/runtime/config/rates.ts'
import { defaultTimes as times } from '../../../../shared/runtime/config/times.ts'

/** Each says what must hold, so that a failure reads as the rule that was broken. */
const relations: Readonly<Record<string, boolean>> = {
  'what a session may have in flight is within its burst': bounds.pendingPerSession < rates.sessionFramesBurst,
  'one user on one socket meets the user’s limit before the socket’s':
    rates.userRequestsPerMinute <= rates.sessionFramesPerMinute,
  'an address holds several users': rates.addressFramesPerMinute >= 10 * rates.sessionFramesPerMinute,
  'the largest command that adds users is possible': rates.usersAddedBurst >= limits.usersPerCommand,
  'the largest resume is possible': rates.userRequestsBurst > limits.resumeRooms / 10,
  'the largest request that names users is possible': rates.userRequestsBurst > limits.usersPerCommand / 10,
  'a user may send several of the largest frames at once': rates.userRequestsBurst > (5 * limits.frameBytes) / 4_096,
  'a message that costs one request may be sent into the largest room several times at once':
    rates.roomBytesBurst > 5 * 4_096 * limits.membersPerChat,
  'a user’s sockets may all come at once': rates.addressUpgradesBurst > bounds.sessionsPerUser,
  'strangers are held to less than members': rates.strangerCommandsPerMinute < rates.userRequestsPerMinute,
  'an honest client’s pings are far from the limit':
    60_000 / Math.min(times.socketPingMs, times.socketPongMs) < rates.sessionPingsPerMinute / 2,
  'a user fills no gateway': bounds.sessionsPerUser < bounds.sessionsPerAddress,
  'connections of one address leave room for others': bounds.connectionsPerAddress < bounds.bindingSessions,
  'an address fills no gateway': bounds.sessionsPerAddress < bounds.sessionsPerGateway,
  'those who have no user yet fill no gateway': bounds.bindingSessions < bounds.sessionsPerGateway,
  'a frame may come in fragments of one packet each': bounds.frameFragments > limits.frameBytes / 536,
  'a message may take longer than a user to name': times.frameMs > times.bindMs,
}

describe('rates', () => {
  it.each(Object.entries(relations))('%s', (_, holds) => {
    expect(holds).toBe(true)
  })

  it('tell a meaning each', () => {
    for (const { meaning, value } of Object.values(ratesTable)) {
      expect(meaning.length).toBeGreaterThan(10)
      expect(Number.isInteger(value) && value > 0).toBe(true)
    }
  })
})
