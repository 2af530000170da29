import type { IHeaders, Message } from 'kafkajs'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { reasonOf } from '../driver/driver-error.ts'
import type { ProducerLink, ProducerOptions } from './producer-link.ts'
import { producerLink } from './producer-link.ts'
import { isTooLarge } from './publish-error.ts'

/**
 * Publishes, over one link after another.
 *
 * Promises:  every publish is one attempt and ends within connect and request
 *            time; the one after a failure starts on fresh connections, so that
 *            a broker that comes back is found.
 * Does not:  try again, or keep concurrent publishes in order.
 */
export interface KafkaProducer {
  /** Resolves when every record is durable; rejects with `PublishError`. */
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

/** Of one publish. */
interface PublishProgress {
  /** Some records may be durable. */
  isPartial: boolean
  readonly tooLarge: Set<Message>
}

export const kafkaProducer = (options: ProducerOptions): KafkaProducer => {
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
    if (error !== undefined && !isFailing) log.warn({ topic, fate: error.kind, reason: reasonOf(error) }, 'publishing fails')
    if (error === undefined && isFailing) log.info({ topic }, 'publishing works again')
    isFailing = error !== undefined
  }

  /** Halves what a broker calls too large, in order, until each record at fault stands alone. */
  const sendPart = async (topic: string, part: readonly Message[], progress: PublishProgress): Promise<void> => {
    try {
      await currentLink().send(topic, part)
      progress.isPartial = true
    } catch (error) {
      if (!isTooLarge(error)) throw error
      const [first, second] = part
      if (first !== undefined && second === undefined) return void progress.tooLarge.add(first)
      // The partitions that were not too large have their records.
      progress.isPartial = true
      const middle = Math.ceil(part.length / 2)
      await sendPart(topic, part.slice(0, middle), progress)
      await sendPart(topic, part.slice(middle), progress)
    }
  }

  /** With a part of them durable already, a refusal of the rest leaves the whole unknown. */
  const attempt = async (topic: string, parts: readonly (readonly Message[])[]): Promise<void> => {
    const progress: PublishProgress = { isPartial: false, tooLarge: new Set() }
    try {
      for (const part of parts) await sendPart(topic, part, progress)
    } catch (error) {
      if (!progress.isPartial || !(error instanceof PublishError)) throw error
      throw new PublishError('unknown', error.message, { cause: error })
    }
    const { tooLarge } = progress
    if (tooLarge.size === 0) return
    log.warn({ topic, records: tooLarge.size }, 'records are larger than the topic takes')
    throw new PublishError('too_large', 'MESSAGE_TOO_LARGE: larger than the topic takes', { tooLarge })
  }

  const publish = async (topic: string, records: readonly Message[]): Promise<void> => {
    try {
      await attempt(topic, inParts(records, bytesOf, requestBytes))
      note(topic)
    } catch (error) {
      if (error instanceof PublishError && error.kind !== 'too_large' && !isClosed) note(topic, error)
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
