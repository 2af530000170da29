import { describe, expect, it } from 'vitest'
import { defaultLimits as limits } from '../../../../shared/protocol/limits.ts'
import { defaultBounds as bounds } from '../../../../shared/runtime/config/bounds.ts'
import { defaultRates as rates, ratesTable } from '../../../../shared/runtime/config/rates.ts'
import { defaultTimes as times } from '../../../../shared/runtime/config/times.ts'

/** Rules between the values; the title of a failed test is the broken rule. */
const relations: Readonly<Record<string, boolean>> = {
  'the pending commands of a session are fewer than its burst of frames': bounds.pendingPerSession < rates.sessionFramesBurst,
  'a user on one socket reaches the limit of the user before that of the socket':
    rates.userRequestsPerMinute <= rates.sessionFramesPerMinute,
  'an address may have as many frames as ten sockets': rates.addressFramesPerMinute >= 10 * rates.sessionFramesPerMinute,
  'the burst of added users allows the largest command': rates.usersAddedBurst >= limits.usersPerCommand,
  'the burst of a user allows the largest resume': rates.userRequestsBurst > limits.resumeRooms / 10,
  'the burst of a user allows the request that names most users': rates.userRequestsBurst > limits.usersPerCommand / 10,
  'the burst of a user allows several frames of the largest size': rates.userRequestsBurst > (5 * limits.frameBytes) / 4_096,
  'the burst of a room allows several messages that cost one request in the largest room':
    rates.roomBytesBurst > 5 * 4_096 * limits.membersPerChat,
  'the burst of upgrades allows all sockets of a user': rates.addressUpgradesBurst > bounds.sessionsPerUser,
  'commands to rooms of other users have a lower limit than requests of members':
    rates.strangerCommandsPerMinute < rates.userRequestsPerMinute,
  'a user may edit less often than send requests': rates.userEditsPerMinute < rates.userRequestsPerMinute,
  'the limit of pings is far above the pings of a regular client':
    60_000 / Math.min(times.socketPingMs, times.socketPongMs) < rates.sessionPingsPerMinute / 2,
  'a user may have fewer sockets than an address': bounds.sessionsPerUser < bounds.sessionsPerAddress,
  'the connections of one address leave room for those of others': bounds.connectionsPerAddress < bounds.bindingSessions,
  'an address may have fewer sockets than a gateway': bounds.sessionsPerAddress < bounds.sessionsPerGateway,
  'sockets without a user are fewer than the sockets of a gateway': bounds.bindingSessions < bounds.sessionsPerGateway,
  'the bound of fragments allows a frame in fragments of one packet each': bounds.frameFragments > limits.frameBytes / 536,
  'the time for a message is longer than the time for the first `create-user`': times.frameMs > times.bindMs,
}

describe('the rate limits', () => {
  it.each(Object.entries(relations))('%s', (_, holds) => {
    expect(holds).toBe(true)
  })

  it('have a description each', () => {
    for (const { meaning, value } of Object.values(ratesTable)) {
      expect(meaning.length).toBeGreaterThan(10)
      expect(Number.isInteger(value) && value > 0).toBe(true)
    }
  })
})
