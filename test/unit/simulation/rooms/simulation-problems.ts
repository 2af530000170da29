import { invariants, judgeRun, problemsOf } from '../../../support/checker/check.ts'
import type { Terms } from '../../../support/checker/judge.ts'
import { checkTraces } from '../signals/check-traces.ts'
import { simulatedBounds, simulatedTimes } from '../world/simulated-settings.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'
import { simulatedTruth } from '../world/simulated-truth.ts'
import { checkContents } from './check-contents.ts'
import { forgeriesAreTakenBack } from './judge-forgeries.ts'
import { ownFramesConfirm } from './judge-own-frames.ts'
import type { Commons, Connection } from './simulated-client.ts'
import { userNumber } from './simulated-client.ts'

/** The invariants of every run, and those that only a simulation can check. */
const judged = { ...invariants, forgeries: forgeriesAreTakenBack, 'own frames': ownFramesConfirm }

const terms: Terms = {
  convergeMs: 2 * simulatedTimes.convergeMs,
  firstConfirmationMs: Number.POSITIVE_INFINITY,
  memoryKib: Number.POSITIVE_INFINITY,
  isOneClock: true,
}

/** Bytes that may exceed the bound of the send queue: the last frame of a page, the live frame that sets followers behind, and frames that join rooms. */
const passingBytes = 4 * 700

const checkQueue = ({ socket }: Connection, say: (problem: string) => void): void => {
  if (socket.mostUnsentFeedBytes > simulatedBounds.sendQueueBytes + passingBytes)
    say(`${socket.mostUnsentFeedBytes} bytes of feeds waited for a socket`)
}

/** Each broken promise of a run that has ended. */
export const simulationProblems = (
  { world, history, connections, userIds, startMs }: Commons,
  committed: readonly CommittedEvent[],
  isForged: boolean,
): string[] => {
  const users = new Map([...userIds].map(([externalId, id]) => [id, userNumber(externalId)]))
  const truth = simulatedTruth(committed, startMs, users)
  const problems = [...problemsOf(judgeRun(judged, [history], truth, { ...terms, isForged }))]
  const say = (problem: string): void => void problems.push(problem)
  checkContents(connections, committed, say)
  checkTraces(world, say)
  for (const connection of connections) {
    checkQueue(connection, say)
    // J7: an event that a gateway does not know is sent under its own name.
    if (connection.socket.frames.some(({ event }) => event === 'undefined')) say('a frame of an unknown event has no name')
  }
  return problems
}
