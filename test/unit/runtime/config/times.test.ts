import { describe, expect, it } from 'vitest'
import { defaultLimits as limits } from '../../../../shared/protocol/limits.ts'
import { defaultBounds as bounds, boundsTable } from '../../../../shared/runtime/config/bounds.ts'
import { defaultTimes as times, timesTable } from '../../../../shared/runtime/config/times.ts'

/** Rules between the values; the title of a failed test is the broken rule. */
const relations: Readonly<Record<string, boolean>> = {
  'the deadline of a command is longer than a session time-out, a round of heartbeats and a rejoin':
    times.commandDeadlineMs > times.consumerSessionMs + 3 * times.consumerHeartbeatMs,
  'a session time-out allows several missed heartbeats': times.consumerHeartbeatMs * 3 <= times.consumerSessionMs,
  'a rebalance waits longer than a session time-out and a rejoin': times.consumerRebalanceMs > 2 * times.consumerSessionMs,
  'rooms of a dead writer are confirmed again within six seconds, including a heartbeat and a rejoin':
    times.consumerSessionMs + 2 * times.consumerHeartbeatMs < 6_000,
  'a waiting fetch is shorter than the interval of heartbeats': times.consumerFetchWaitMs < times.consumerHeartbeatMs,
  'the deadline of a command allows a failed produce and its retry': 2 * times.producerRequestMs <= times.commandDeadlineMs,
  'the retries of the Kafka driver end before the time-out of the request': times.producerRetryMs < times.producerRequestMs,
  'the lock time-out is shorter than the statement time-out': times.lockMs < times.statementMs,
  'the statement time-out is shorter than the time after which the connection is destroyed':
    times.statementMs < times.databaseAnswerMs,
  'an idle transaction ends before the connection of its client would be destroyed':
    times.idleInTransactionMs < times.databaseAnswerMs,
  'an idle transaction of a frozen writer ends before its partitions are reassigned':
    times.idleInTransactionMs < times.consumerSessionMs,
  'the connection time-out is shorter than the time-out of an answer': times.databaseConnectMs < times.databaseAnswerMs,
  'the time-out of an answer is shorter than the deadline of a command': times.databaseAnswerMs < times.commandDeadlineMs,
  'the first pause of the back-off is shorter than the longest': times.retryFirstMs < times.retryMostMs,
  'the longest pause of the back-off is shorter than a session time-out': times.retryMostMs < times.consumerSessionMs,
  'Redis is asked at least twice before it counts as dead': 2 * times.redisPingMs < times.redisDeadMs,
  'a dead Redis is noticed within the time of convergence': times.redisDeadMs < times.convergeMs,
  'the shortest round of the head sweep is shorter than the usual one': times.sweepLeastMs < times.convergeMs / 2,
  'a channel is kept for longer than the deadline of a command': times.topicReleaseMs > times.commandDeadlineMs,
  'the pauses of a busy system add less than half a second to a message': 3 * times.gatherMostMs + times.flushMostMs < 500,
  'a slice of a flush is shorter than the longest pause between flushes': times.flushSliceMs < times.flushMostMs,
  'the stop of a gateway is longer than its drain and the deadline of its commands':
    times.stopMs > times.drainWindowMs + times.drainOverlapMs + times.commandDeadlineMs,
  'the stop of a process is shorter than the default grace period of Kubernetes (30 s)': times.stopMs < 30_000,
  'a half-open socket is closed within the idle time of common proxies (60 s)': times.socketPingMs + times.socketPongMs < 60_000,
  'a key set is loaded again several times before it expires': times.jwksKeepMs >= 3 * times.jwksMaxAgeMs,
  'a key set can be loaded again before it is outdated': times.jwksCoolDownMs + times.jwksLoadMs < times.jwksMaxAgeMs,
  'a frame fits into a send queue': limits.frameBytes < bounds.sendQueueBytes,
  'a publication can hold at least one frame': limits.frameBytes < bounds.publicationBytes,
  'a page can hold more than one frame': 2 * limits.frameBytes < bounds.pageBytes,
  'the longest message fits into a frame with every character escaped as \\uXXXX':
    6 * limits.msgChars + 1_024 < limits.frameBytes,
  'the largest list of users fits into a frame': limits.usersPerCommand * 39 < limits.frameBytes,
  'the users of one command fit into a chat': limits.usersPerCommand <= limits.membersPerChat,
  'a gateway may have as many pending commands as ten sessions': bounds.pendingPerGateway > 10 * bounds.pendingPerSession,
  'the produce buffer can hold 100 frames of the largest size': bounds.produceBufferBytes >= 100 * limits.frameBytes,
}

describe('the times and bounds', () => {
  it.each(Object.entries(relations))('%s', (_, holds) => {
    expect(holds).toBe(true)
  })

  it('have a description each', () => {
    for (const { meaning, value } of [...Object.values(timesTable), ...Object.values(boundsTable)]) {
      expect(meaning.length).toBeGreaterThan(10)
      expect(Number.isInteger(value) && value > 0).toBe(true)
    }
  })

  it('are frozen', () => {
    expect(() => Object.assign(times, { stopMs: 1 })).toThrow(TypeError)
    expect(() => Object.assign(bounds, { heldFrames: 1 })).toThrow(TypeError)
  })
})
