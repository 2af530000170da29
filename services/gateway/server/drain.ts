import type { Clock } from '../../../shared/ports/clock.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Session } from '../session/session.ts'

const pollMs = 10

/**
 * Hands sessions over to other gateways.
 *
 * Promises:  each client receives at once the delay after which it reconnects;
 *            the delays are spread over the window. A session is served until its delay and
 *            an overlap have passed, so that its client can connect elsewhere first. It is
 *            closed (1012) when its commands have their outcomes. Resolves
 *            when all sessions are closed.
 * Does not:  bound the wait for a command, other than by the command's deadline.
 */
export const drainSessions = async (sessions: readonly Session[], clock: Clock, times: Times): Promise<void> => {
  const stepMs = Math.min(times.drainStepMs, times.drainWindowMs / Math.max(1, sessions.length))

  const handOver = async (session: Session, delayMs: number): Promise<void> => {
    session.announceMove(delayMs)
    await pause(clock, delayMs + times.drainOverlapMs)
    session.stopReceiving()
    while (session.pendingCommands > 0) await pause(clock, pollMs)
    session.close(closeCodes.restart)
  }

  await Promise.all(sessions.map((session, index) => handOver(session, index * stepMs)))
}
