import type { Clock } from '../../../shared/ports/clock.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Session } from '../session/session.ts'

const pollMs = 10

/**
 * Hands sessions over to other gateways.
 *
 * Promises:  each session is told at once when to move, spread over the
 *            window; it is served until then and a little longer, so that its
 *            client can connect elsewhere first; then its commands in hand
 *            are settled, and it is closed (1012). Resolves when all are closed.
 * Does not:  bound the wait for a command beyond the command's own deadline.
 */
export const drainSessions = async (sessions: readonly Session[], clock: Clock, times: Times): Promise<void> => {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
  const stepMs = Math.min(times.drainStepMs, times.drainWindowMs / Math.max(1, sessions.length))

  const handOver = async (session: Session, delayMs: number): Promise<void> => {
    session.announceMove(delayMs)
    await pause(delayMs + times.drainOverlapMs)
    session.stopReceiving()
    while (session.pendingCommands > 0) await pause(pollMs)
    session.close(closeCodes.restart)
  }

  await Promise.all(sessions.map((session, index) => handOver(session, index * stepMs)))
}
