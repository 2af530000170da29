import type { Entries, Outline } from '../../support/checker/outline.ts'

/**
 * From the last healing to the last frame of what was sent before it, over all
 * sockets, in milliseconds; 0 when everything had come by then.
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
