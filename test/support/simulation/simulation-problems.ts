import { createDeceptions } from './check-deceptions.ts'
import { checkFeeds } from './check-feeds.ts'
import { checkLists, checkRooms } from './check-lists.ts'
import { checkSenderOrder, checkSends } from './check-sends.ts'
import { roomTruths } from './room-truths.ts'
import type { Connection } from './simulated-client.ts'
import type { CommittedEvent } from './simulated-store.ts'

/** Each broken promise of a run that ended at this time. */
export const simulationProblems = (
  connections: readonly Connection[],
  committed: readonly CommittedEvent[],
  endMs: number,
  isForged = false,
): string[] => {
  const problems: string[] = []
  const say = (problem: string): void => {
    problems.push(problem)
  }
  const truths = roomTruths(committed)
  checkRooms(truths, say)
  for (const [index, connection] of connections.entries()) {
    const sayOf = (problem: string): void => say(`connection ${index} (${connection.user ?? 'back end'}): ${problem}`)
    checkFeeds(connection, truths, sayOf, isForged ? createDeceptions(connection, truths, sayOf) : undefined)
  }
  checkSends(connections, truths, endMs, say)
  checkSenderOrder(connections, truths, say)
  checkLists(connections, truths, say)
  return problems
}
