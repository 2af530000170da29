import { describe, expect, it } from 'vitest'
import { defaultLimits as limits } from '../../../../shared/protocol/limits.ts'
import { defaultBounds as bounds, boundsTable } from '../../../../shared/runtime/config/bounds.ts'
import { defaultTimes as times, timesTable } from '../../../../shared/runtime/config/times.ts'

/** Each says what must hold, so that a failure reads as the rule that was broken. */
const relations: Readonly<Record<string, boolean>> = {
  'a command outlives the loss of a writer: deadline > session time-out + a round of heartbeats and a rejoin':
    times.commandDeadlineMs > times.consumerSessionMs + 3 * times.consumerHeartbeatMs,
  'a consumer misses several heartbeats before it is given up': times.consumerHeartbeatMs * 3 <= times.consumerSessionMs,
  'a rebalance waits for a member that works for a session, and a rejoin, before it joins again':
    times.consumerRebalanceMs > 2 * times.consumerSessionMs,
  'rooms of a dead writer are confirmed again within six seconds, a heartbeat to notice it and a rejoin included':
    times.consumerSessionMs + 2 * times.consumerHeartbeatMs < 6_000,
  'a fetch that waits does not hold up a heartbeat': times.consumerFetchWaitMs < times.consumerHeartbeatMs,
  'one produce of unknown fate and its next attempt fit into the deadline':
    2 * times.producerRequestMs <= times.commandDeadlineMs,
  'the driver stops trying before its request does': times.producerRetryMs < times.producerRequestMs,
  'a lock is given up before the statement that waits for it': times.lockMs < times.statementMs,
  'the server ends a statement before the client destroys its socket': times.statementMs < times.databaseAnswerMs,
  'the server ends a frozen transaction before the client’s socket would be destroyed':
    times.idleInTransactionMs < times.databaseAnswerMs,
  'a frozen writer’s rooms are free before its partitions are another’s': times.idleInTransactionMs < times.consumerSessionMs,
  'a connection is given up before a statement is': times.databaseConnectMs < times.databaseAnswerMs,
  'a statement is given up before a command is': times.databaseAnswerMs < times.commandDeadlineMs,
  'pauses between attempts grow': times.retryFirstMs < times.retryMostMs,
  'an attempt’s pause does not cost the session': times.retryMostMs < times.consumerSessionMs,
  'Redis is asked at least twice before it counts as dead': 2 * times.redisPingMs < times.redisDeadMs,
  'a dead Redis is noticed within T': times.redisDeadMs < times.convergeMs,
  'the shortest round of the sweep is shorter than the ordinary one': times.sweepLeastMs < times.convergeMs / 2,
  'a topic is kept for longer than a command that needs it may take': times.topicReleaseMs > times.commandDeadlineMs,
  'what a busy system gathers on its way is heard within half a second': 3 * times.gatherMostMs + times.flushMostMs < 500,
  'a flush is cut several times in its longest pause': times.flushSliceMs < times.flushMostMs,
  'stopping outlasts the last session’s move and its commands in hand':
    times.stopMs > times.drainWindowMs + times.drainOverlapMs + times.commandDeadlineMs,
  'stopping fits into the thirty seconds that Kubernetes grants by default': times.stopMs < 30_000,
  'a half-open socket is closed within the idle time of common proxies (60 s)': times.socketPingMs + times.socketPongMs < 60_000,
  'token keys are loaded anew several times before they are not used any more': times.jwksKeepMs >= 3 * times.jwksMaxAgeMs,
  'token keys can be loaded again before they are old': times.jwksCoolDownMs + times.jwksLoadMs < times.jwksMaxAgeMs,
  'a frame fits into a send queue': limits.frameBytes < bounds.sendQueueBytes,
  'a publication carries at least one whole frame': limits.frameBytes < bounds.publicationBytes,
  'a page carries more than one frame': 2 * limits.frameBytes < bounds.pageBytes,
  'the longest message fits into a frame with every character escaped as \\uXXXX':
    6 * limits.msgChars + 1_024 < limits.frameBytes,
  'the largest list of users fits into a frame': limits.usersPerCommand * 39 < limits.frameBytes,
  'one command’s users fit into a chat': limits.usersPerCommand <= limits.membersPerChat,
  'a gateway holds the commands of many sessions': bounds.pendingPerGateway > 10 * bounds.pendingPerSession,
  'a full batch of the largest frames is within the produce buffer': bounds.produceBufferBytes >= 100 * limits.frameBytes,
}

describe('times and bounds', () => {
  it.each(Object.entries(relations))('%s', (_, holds) => {
    expect(holds).toBe(true)
  })

  it('tells a meaning for every time and bound', () => {
    for (const { meaning, value } of [...Object.values(timesTable), ...Object.values(boundsTable)]) {
      expect(meaning.length).toBeGreaterThan(10)
      expect(Number.isInteger(value) && value > 0).toBe(true)
    }
  })

  it('cannot be changed at run time', () => {
    expect(() => Object.assign(times, { stopMs: 1 })).toThrow(TypeError)
    expect(() => Object.assign(bounds, { heldFrames: 1 })).toThrow(TypeError)
  })
})
