import type { MovedMarker } from '../../../shared/records/signals.ts'

/** The body of a `read` push. The counts are for the user's own devices only. */
export const markerBody = ({ user, seq, gen, delivered, unread, mentions }: MovedMarker, isOwn: boolean): object => ({
  user_id: user,
  seq,
  ...(gen === undefined ? {} : { gen }),
  ...(delivered === undefined ? {} : { delivered }),
  ...(isOwn && unread !== undefined ? { unread } : {}),
  ...(isOwn && mentions !== undefined ? { mentions } : {}),
})
