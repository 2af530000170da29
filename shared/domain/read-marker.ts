/**
 * The place up to which a member has read a room. The marker with the greater
 * `gen` wins, and of two with the same `gen` the one with the greater `seq`. So
 * markers of several devices can be merged in any order, and more than once.
 * "Mark as unread" is a marker with the next `gen` and a lower `seq`.
 */
export interface ReadMarker {
  readonly gen: number
  readonly seq: number
}

/** The marker that wins. */
export const laterMarker = (one: ReadMarker, other: ReadMarker): ReadMarker => {
  if (one.gen !== other.gen) return one.gen > other.gen ? one : other
  return one.seq >= other.seq ? one : other
}
