import type { MovedMarker } from '../../../shared/records/signals.ts'

/** The body of a `read` push. */
export const markerBody = ({ user, seq, gen, delivered }: MovedMarker): object => ({
  user_id: user,
  seq,
  ...(gen === undefined ? {} : { gen }),
  ...(delivered === undefined ? {} : { delivered }),
})
