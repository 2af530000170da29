import type { RoomTruth } from './truth.ts'

/** The last seq of the room that was committed at that time. */
export const headAt = (room: RoomTruth | undefined, at: number): number => {
  let seq = room?.head ?? 0
  while (seq > 0 && (room?.storedAt(seq) ?? 0) > at) seq -= 1
  return seq
}

/** A membership with the times of the commits that began and ended it. */
export interface TimedSpan {
  readonly from: number
  readonly until: number
  readonly fromAt: number
  /** Infinity: still a member. */
  readonly untilAt: number
}

export const timedSpansOf = (room: RoomTruth | undefined, user: number): readonly TimedSpan[] =>
  (room?.spansOf(user) ?? []).map(({ from, until }) => ({
    from,
    until,
    fromAt: room?.storedAt(from) ?? 0,
    untilAt: room?.storedAt(until) ?? Number.POSITIVE_INFINITY,
  }))

/** Whether the user was a member at some time between the two, and whether at all times. */
export const membershipDuring = (
  room: RoomTruth | undefined,
  user: number,
  fromAt: number,
  untilAt: number,
): { readonly ever: boolean; readonly always: boolean } => {
  const spans = timedSpansOf(room, user)
  return {
    ever: spans.some((span) => span.fromAt <= untilAt && span.untilAt >= fromAt),
    always: spans.some((span) => span.fromAt < fromAt && span.untilAt > untilAt),
  }
}
