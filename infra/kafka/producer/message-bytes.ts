import type { TopicRole } from '../driver/topics.ts'
import { requestBytes } from './producer.ts'

/** Bytes of a record besides the text of the client: envelope, ids, instants, headers, framing. About twice the real size. */
const overheadBytes = 2_048

/**
 * The smallest `max.message.bytes` that accepts every batch which the service
 * publishes to a topic. A record holds the text of at most one frame; a dead
 * letter has more headers.
 */
export const leastMessageBytes = (role: TopicRole, frameBytes: number): number =>
  role === 'deadLetter' ? frameBytes + 2 * overheadBytes : Math.max(requestBytes, frameBytes + overheadBytes)
