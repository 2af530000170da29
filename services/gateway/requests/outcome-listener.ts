import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import { channels, readOutcomeLines } from '../../../shared/records/publications.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { PendingCommands } from '../rooms/pending-commands.ts'
import type { RoomFeeds } from '../rooms/room-feeds.ts'

/** Where published outcomes come from, and where they go. */
export interface OutcomeListenerDeps {
  readonly fanOut: Pick<FanOut, 'subscribe'>
  /** This gateway's reply address. */
  readonly gateway: string
  readonly feeds: Pick<RoomFeeds, 'noteHead'>
  readonly pending: Pick<PendingCommands, 'report'>
  readonly metrics: Pick<Metrics, 'publicationsDropped'>
}

/** Receives the outcomes that writers publish for the commands of this gateway. */
export const listenForOutcomes = ({ fanOut, gateway, feeds, pending, metrics }: OutcomeListenerDeps): Subscription =>
  fanOut.subscribe(channels.gateway(gateway), (payload) => {
    const { outcomes, malformed } = readOutcomeLines(payload)
    if (malformed > 0) metrics.publicationsDropped.inc({ reason: 'malformed' }, malformed)
    for (const { room, command: commandId, digest, outcome } of outcomes) {
      // A held feed confirms the command when the event passes, so that the creator of a room is not answered before its frame.
      if ('seq' in outcome && feeds.noteHead(room, outcome.seq)) continue
      pending.report({ room, commandId, digest }, outcome)
    }
  })
