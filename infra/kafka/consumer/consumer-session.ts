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

export interface ConsumerSessionOptions extends KafkaOptions {
  readonly topic: string
  readonly group: string
  /** Of the topic: as many may be handled at a time. */
  readonly partitions: number
  /** Given why the driver has given up, the cause to report. */
  readonly causeOf: (error: Error) => Error
}

/** One life of a consumer: joined, used, left; what ends it is not mended. */
export interface ConsumerSession {
  /** Resolves when the group has been joined. */
  begin(): Promise<void>
  /** Resolves with the cause when the driver has given up. */
  readonly ended: Promise<Error>
  /** Records that are not acknowledged. */
  readonly lag: number
  /** Delivers again from the last committed offsets; without a rebalance, unless the last commit has failed. */
  rewind(): Promise<void>
  /** Lets the batches in hand finish, acknowledges them and leaves. At any time, also after the end. */
  stop(): Promise<void>
}

/** Enough for a broker that changes or starts; what takes longer is for the next life. */
const retry = { retries: 8, initialRetryTime: 100 }

/** Partitions that a topic gets are consumed this much later at the most. */
const partitionsKnownForMs = 10_000

/** Of one fetch: more than any batch of a partition, so that each moves on however the others are filled. */
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
    // Members of the release before know only the second.
    partitionAssigners: [stickyAssigner(topic, owned), PartitionAssigners.roundRobin],
    retry: { ...retry, maxRetryTime: times.producerRetryMs, restartOnFailure: async () => false },
    ...fetchBytes,
  })
}

export const consumerSession = (options: ConsumerSessionOptions, handler: BatchHandler): ConsumerSession => {
  const { topic, partitions, causeOf, times, clock, log } = options
  const sockets = clientSockets()
  let owned: readonly number[] = []
  const consumer = openConsumer(options, sockets, () => owned)
  const commits = offsetCommits({ topic, everyMs: times.offsetCommitMs, clock, log })
  const joined = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Error>()
  const delivering = batchDispatcher({
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
    delivering.begin(owned)
    joined.resolve()
  })
  consumer.on(consumer.events.REBALANCING, () => {
    log.info({ partitions: owned.length }, 'the group rebalances; its partitions are assigned anew')
    // The driver joins again in this very turn; a commit that goes out before it still counts.
    void commits.flush()
    delivering.lose(new Error('the group is rebalancing'))
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    delivering.lose(payload.error)
    // The driver has left the group before it emits this.
    delivering.begin([])
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
      eachBatch: delivering.eachBatch,
    })
    await joined.promise
  }

  const leave = async (): Promise<void> => {
    // The group accepts a commit only from a member: leave it last.
    await delivering.finish()
    await commits.flush()
    const patienceMs = times.kafkaConnectMs + times.producerRequestMs
    await withDeadline(consumer.disconnect(), patienceMs, `no answer to LeaveGroup within ${patienceMs} ms`)
  }

  return {
    begin: run,
    ended: ended.promise,
    get lag() {
      return delivering.lag
    },
    rewind: delivering.rewind,
    stop: async () => {
      joined.reject(new Error('the consumer was stopped'))
      await leave().catch((error: unknown) => log.debug({ err: error }, 'a consumer left without an answer to LeaveGroup'))
      delivering.end()
      commits.forget()
      sockets.shut()
    },
  }
}
