import type { Consumer } from 'kafkajs'
import { PartitionAssigners } from 'kafkajs'
import type { BatchHandler } from '../../../shared/ports/command-log.ts'
import { withDeadline } from '../../../shared/runtime/async/with-deadline.ts'
import { kafkaClient } from '../client.ts'
import type { KafkaOptions } from '../driver/kafka-options.ts'
import { clientSockets } from '../driver/sockets.ts'
import { delayRejoin } from '../kafkajs-patches/late-rejoin.ts'
import { batchDispatcher } from './batch-dispatcher.ts'
import { offsetCommits } from './offset-commits.ts'
import { stickyAssigner } from './sticky-assigner.ts'

/** Options of one session. */
export interface ConsumerSessionOptions extends KafkaOptions {
  readonly topic: string
  readonly group: string
  /** Number of partitions of the topic, all of which may be handled at the same time. */
  readonly partitions: number
  /** Called each time that the group assigns partitions. */
  readonly onAssignment?: (() => void) | undefined
  /** Maps the error with which the driver ended to the cause to report. */
  readonly causeOf: (error: Error) => Error
}

/** One session of a consumer, from joining the group to leaving it. A failed session is replaced, never repaired. */
export interface ConsumerSession {
  /** Joins the group; resolves when partitions are assigned. */
  begin(): Promise<void>
  /** Resolves with the cause when the driver has ended. */
  readonly ended: Promise<Error>
  /** Number of records that are not acknowledged. */
  readonly lag: number
  /** Delivers again from the last committed offsets; causes a rebalance only if the last commit has failed. */
  rewind(): Promise<void>
  /** Waits for the delivered batches, acknowledges them and leaves. May be called at any time. */
  stop(): Promise<void>
}

/** Enough for a broker that moves or restarts; after that, the session is replaced. */
const retry = { retries: 8, initialRetryTime: 100 }

/** New partitions of a topic are consumed after at most this time. */
const partitionsKnownForMs = 10_000

/** Larger than any batch of a partition, so that every partition makes progress in each fetch. */
const fetchBytes = { maxBytesPerPartition: 1024 * 1024, maxBytes: 8 * 1024 * 1024, minBytes: 1 }

const openConsumer = (
  options: ConsumerSessionOptions,
  sockets: ReturnType<typeof clientSockets>,
  owned: () => readonly number[],
): Consumer => {
  const { times, group, topic } = options
  delayRejoin()
  return kafkaClient(options, sockets, retry).consumer({
    groupId: group,
    sessionTimeout: times.consumerSessionMs,
    heartbeatInterval: times.consumerHeartbeatMs,
    rebalanceTimeout: times.consumerRebalanceMs,
    maxWaitTimeInMs: times.consumerFetchWaitMs,
    allowAutoTopicCreation: false,
    metadataMaxAge: partitionsKnownForMs,
    // Members of earlier releases support only the second.
    partitionAssigners: [stickyAssigner(topic, owned), PartitionAssigners.roundRobin],
    retry: { ...retry, maxRetryTime: times.producerRetryMs, restartOnFailure: async () => false },
    ...fetchBytes,
  })
}

/** Creates a session; `begin` connects it. */
export const consumerSession = (options: ConsumerSessionOptions, handler: BatchHandler): ConsumerSession => {
  const { topic, partitions, causeOf, times, clock, log } = options
  const sockets = clientSockets()
  let owned: readonly number[] = []
  const consumer = openConsumer(options, sockets, () => owned)
  const commits = offsetCommits({ topic, everyMs: times.offsetCommitMs, clock, log })
  const joined = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Error>()
  const dispatcher = batchDispatcher({
    handler,
    commits,
    seek: (partition, offset) => consumer.seek({ topic, partition, offset }),
    endSession: ended.resolve,
    times,
    clock,
    log,
  })
  joined.promise.catch(() => {})

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    owned = payload.memberAssignment[topic] ?? []
    log.info({ partitions: owned.length, assigned: owned, tookMs: payload.duration }, 'partitions were assigned')
    dispatcher.begin(owned)
    options.onAssignment?.()
    joined.resolve()
  })
  consumer.on(consumer.events.REBALANCING, () => {
    log.info({ partitions: owned.length }, 'the group rebalances; partitions will be assigned again')
    // The driver joins again in this turn of the event loop; the group still accepts a commit that is sent before.
    void commits.flush()
    dispatcher.lose(new Error('the group is rebalancing'))
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    dispatcher.lose(payload.error)
    // The driver has left the group before it emits this.
    dispatcher.begin([])
    const cause = causeOf(payload.error)
    joined.reject(cause)
    ended.resolve(cause)
  })

  const run = async (): Promise<void> => {
    await withDeadline(consumer.connect(), times.kafkaConnectMs, `no broker has answered within ${times.kafkaConnectMs} ms`)
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitions,
      eachBatch: dispatcher.eachBatch,
    })
    await joined.promise
  }

  const leave = async (): Promise<void> => {
    // The group accepts commits from members only, so leaving it comes last.
    await dispatcher.finish()
    await commits.flush()
    const deadlineMs = times.kafkaConnectMs + times.producerRequestMs
    await withDeadline(consumer.disconnect(), deadlineMs, `no answer to LeaveGroup within ${deadlineMs} ms`)
  }

  return {
    begin: run,
    ended: ended.promise,
    get lag() {
      return dispatcher.lag
    },
    rewind: dispatcher.rewind,
    stop: async () => {
      joined.reject(new Error('the consumer was stopped'))
      await leave().catch((error: unknown) => log.debug({ err: error }, 'a consumer left without an answer to LeaveGroup'))
      dispatcher.end()
      commits.forget()
      sockets.shut()
    },
  }
}
