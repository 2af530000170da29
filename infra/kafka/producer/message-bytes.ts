import type { TopicRole } from '../driver/topics.ts'
import { requestBytes } from './producer.ts'

/** Of a record around the client's text: envelope, ids, instants, headers, framing. About half of it is used. */
const overheadBytes = 2_048

/**
 * The smallest `max.message.bytes` that takes every batch that the service
 * publishes to a topic. A record holds at most the text of one frame; a buried
 * one gets headers on top.
 */
export const leastMessageBytes = (role: TopicRole, frameBytes: number): number =>
  role === 'deadLetter' ? frameBytes + 2 * overheadBytes : Math.max(requestBytes, frameBytes + overheadBytes)
