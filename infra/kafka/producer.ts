import type { IHeaders, Message } from 'kafkajs'
import { PublishError } from '../../shared/ports/command-log.ts'
import { inParts } from '../../shared/runtime/in-parts.ts'
import { reasonOf } from './driver-error.ts'
import type { KafkaOptions } from './kafka-options.ts'
import type { ProducerLink } from './producer-link.ts'
import { producerLink } from './producer-link.ts'

/**
 * Publishes, over one link after another.
 *
 * Promises:  every publish is one attempt and ends within connect and request
 *            time; the one after a failure starts on fresh connections, so that
 *            a broker that comes back is found.
 * Does not:  try again, or keep concurrent publishes in order.
 */
export interface KafkaProducer {
  /** All or nothing known: resolves when every record is durable; rejects with `PublishError`. */
  publish(topic: string, records: readonly Message[]): Promise<void>
  /** Lets publishes under way end, and refuses new ones. */
  close(): Promise<void>
}

/** Of one request; topics take batches of twice that (`topics.ts`), and consumers fetch as much at least. */
export const requestBytes = 512 * 1024

/** Length, offset and the like; half of it would do. */
const frameBytes = 50

const bytesIn = (part: IHeaders[string] | null): number =>
  typeof part === 'string' || Buffer.isBuffer(part) ? Buffer.byteLength(part) : 0

const bytesOf = ({ key, value, headers }: Message): number => {
  let bytes = frameBytes + bytesIn(key) + bytesIn(value)
  for (const name in headers) bytes += name.length + bytesIn(headers[name])
  return bytes
}

export const kafkaProducer = (options: KafkaOptions): KafkaProducer => {
  const { log } = options
  let link: ProducerLink | undefined
  const underWay = new Set<Promise<void>>()
  let isFailing = false
  let isClosed = false

  const currentLink = (): ProducerLink => {
    if (isClosed) throw new PublishError('refused', 'the producer is closed')
    if (link?.isSpent === true) {
      void link.end()
      link = undefined
    }
    link ??= producerLink(options)
    return link
  }

  const note = (topic: string, error?: PublishError): void => {
    if (error !== undefined && !isFailing) log.warn({ topic, fate: error.fate, reason: reasonOf(error) }, 'publishing fails')
    if (error === undefined && isFailing) log.info({ topic }, 'publishing works again')
    isFailing = error !== undefined
  }

  /** With a part of them durable already, a refusal of the rest leaves the whole unknown. */
  const attempt = async (topic: string, parts: readonly (readonly Message[])[]): Promise<void> => {
    for (const [index, part] of parts.entries()) {
      try {
        await currentLink().send(topic, part)
      } catch (error) {
        if (index === 0 || !(error instanceof PublishError)) throw error
        throw new PublishError('unknown', error.message, { cause: error })
      }
    }
  }

  const publish = async (topic: string, records: readonly Message[]): Promise<void> => {
    try {
      await attempt(topic, inParts(records, bytesOf, requestBytes))
      note(topic)
    } catch (error) {
      if (error instanceof PublishError && !isClosed) note(topic, error)
      throw error
    }
  }

  return {
    publish: async (topic, records) => {
      const publishing = publish(topic, records)
      underWay.add(publishing)
      try {
        await publishing
      } finally {
        underWay.delete(publishing)
      }
    },
    close: async () => {
      isClosed = true
      await Promise.allSettled(underWay)
      await link?.end()
    },
  }
}
