import type { IHeaders, Message } from 'kafkajs'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import { reasonOf } from '../driver/driver-error.ts'
import type { ProducerLink, ProducerOptions } from './producer-link.ts'
import { producerLink } from './producer-link.ts'
import { isTooLarge } from './publish-error.ts'

/**
 * Publishes over a sequence of links.
 *
 * Promises:  every publish is one attempt and ends within the connect and
 *            request time-outs; after a failure, the next publish uses new
 *            connections, so that a broker that returns is found.
 * Does not:  retry, or keep the order of concurrent publishes.
 */
export interface KafkaProducer {
  /** Resolves when every record is durable; rejects with `PublishError`. */
  publish(topic: string, records: readonly Message[]): Promise<void>
  /** Waits for pending publishes and refuses new ones. */
  close(): Promise<void>
}

/** The largest request. Topics accept batches of twice this size (`topics.ts`), and consumers fetch at least as much. */
export const requestBytes = 512 * 1024

/** Framing of one record (length, offset); about twice the real size. */
const frameBytes = 50

const bytesIn = (part: IHeaders[string] | null): number =>
  typeof part === 'string' || Buffer.isBuffer(part) ? Buffer.byteLength(part) : 0

const bytesOf = ({ key, value, headers }: Message): number => {
  let bytes = frameBytes + bytesIn(key) + bytesIn(value)
  for (const name in headers) bytes += name.length + bytesIn(headers[name])
  return bytes
}

/** The progress of one publish. */
interface PublishProgress {
  /** Some records may be durable. */
  isPartial: boolean
  readonly tooLarge: Set<Message>
}

/** Creates a producer; the first publish connects it. */
export const kafkaProducer = (options: ProducerOptions): KafkaProducer => {
  const { log } = options
  let link: ProducerLink | undefined
  const pending = new Set<Promise<void>>()
  let isFailing = false
  let isClosed = false

  const currentLink = (): ProducerLink => {
    if (isClosed) throw new PublishError('refused', 'the producer is closed')
    if (link?.hasFailed === true) {
      void link.end()
      link = undefined
    }
    link ??= producerLink(options)
    return link
  }

  const note = (topic: string, error?: PublishError): void => {
    if (error !== undefined && !isFailing) log.warn({ topic, kind: error.kind, reason: reasonOf(error) }, 'publishing fails')
    if (error === undefined && isFailing) log.info({ topic }, 'publishing works again')
    isFailing = error !== undefined
  }

  /** Splits a part that the broker refuses as too large into halves, in order, until each oversized record is alone. */
  const sendPart = async (topic: string, part: readonly Message[], progress: PublishProgress): Promise<void> => {
    try {
      await currentLink().send(topic, part)
      progress.isPartial = true
    } catch (error) {
      if (!isTooLarge(error)) throw error
      const [first, second] = part
      if (first !== undefined && second === undefined) return void progress.tooLarge.add(first)
      // The partitions whose batches were not too large have stored their records.
      progress.isPartial = true
      const middle = Math.ceil(part.length / 2)
      await sendPart(topic, part.slice(0, middle), progress)
      await sendPart(topic, part.slice(middle), progress)
    }
  }

  /** Once some records are durable, a refusal of the others makes the whole publish `unknown`. */
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
    log.warn({ topic, records: tooLarge.size }, 'records exceed the size limit of the topic')
    throw new PublishError('too_large', 'MESSAGE_TOO_LARGE: records exceed the size limit of the topic', { tooLarge })
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
      pending.add(publishing)
      try {
        await publishing
      } finally {
        pending.delete(publishing)
      }
    },
    close: async () => {
      isClosed = true
      await Promise.allSettled(pending)
      await link?.end()
    },
  }
}
