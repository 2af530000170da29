import { createHash } from 'node:crypto'
import type { StoredEvent } from '../ports/event-store.ts'

/**
 * SHA-256, in hex, of the content of a stored event: two events with the same
 * digest are the same event. The Postgres adapter computes the same text in SQL.
 */
export const eventDigest = ({
  type,
  commandId,
  digest,
  data,
}: Pick<StoredEvent, 'type' | 'commandId' | 'digest' | 'data'>): string =>
  createHash('sha256').update(`${type} ${commandId.toLowerCase()} ${digest} ${data}`).digest('hex')
