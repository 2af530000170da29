import type { Entries, Outline } from '../../support/checker/outline.ts'

/**
 * Milliseconds from the end of the last fault to the last frame of an event that was sent before that end, over all
 * sockets; 0 if all of them arrived earlier.
 */
export const timeToConverge = (histories: readonly Entries[], outline: Outline): number => {
  const healedAt = outline.healedAt.at(-1)
  if (healedAt === undefined) return 0
  let latest = healedAt
  for (const history of histories) {
    for (const { kind, at, room, command } of history.entries()) {
      if (kind !== 'frame' || at <= latest) continue
      const sent = outline.firstSent(room, command)
      if (sent !== undefined && sent <= healedAt) latest = at
    }
  }
  return latest - healedAt
}
