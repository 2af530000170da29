import { pause } from '../../../shared/runtime/async/pause.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { KafkaCommandLogOptions } from '../command-log.ts'
import { topicsOf, writerGroup } from '../driver/topics.ts'
import { partitionsKnownForMs } from '../producer/producer-link.ts'
import { KafkaError, withAdmin } from './admin-client.ts'
import type { Copies } from './create-topics.ts'
import { createTopics } from './create-topics.ts'
import { groupLag } from './group-lag.ts'
import { partitionCount } from './partition-count.ts'

/** Options of `repartition`; `partitions` is the new number. */
export interface RepartitionOptions extends KafkaCommandLogOptions {
  readonly copies: Copies
  /** The longest time that the writers may take to handle the commands on the log. */
  readonly drainMs: number
}

const pollMs = 500

const countOf = async (options: RepartitionOptions, name: string): Promise<number | undefined> =>
  withAdmin(options, (admin) => partitionCount(admin, name))

/** A gateway that finds another number of partitions than its own refuses commands. */
const stopIntake = (options: RepartitionOptions, name: string, count: number): Promise<boolean> =>
  withAdmin(options, (admin) => admin.createPartitions({ topicPartitions: [{ topic: name, count }] }))

interface LogState {
  readonly end: bigint
  readonly waiting: bigint
}

/** Undefined while the brokers cannot answer: a new partition has no leader at first. */
const stateOf = async (options: RepartitionOptions): Promise<LogState | undefined> => {
  try {
    const lags = await groupLag(options)
    return {
      end: lags.reduce((sum, each) => sum + each.end, 0n),
      waiting: lags.reduce((sum, each) => sum + each.end - each.committed, 0n),
    }
  } catch (error) {
    if (error instanceof KafkaError) return undefined
    throw error
  }
}

/**
 * Resolves when every command is acknowledged, and no new one has arrived for
 * as long as a gateway may use the old number. Rejects with `StartError` after
 * `drainMs`.
 */
const untilDrained = async (options: RepartitionOptions): Promise<void> => {
  const { clock, times, drainMs } = options
  const quietMs = partitionsKnownForMs + times.producerRequestMs
  const startedMs = clock.monotonicMs()
  for (let quiet = { end: -1n, sinceMs: startedMs }; ; ) {
    const state = await stateOf(options)
    const nowMs = clock.monotonicMs()
    if (state === undefined || state.end !== quiet.end || state.waiting > 0n) quiet = { end: state?.end ?? -1n, sinceMs: nowMs }
    if (nowMs - quiet.sinceMs >= quietMs) return
    if (nowMs - startedMs > drainMs + quietMs) throw notDrained(state)
    await pause(clock, pollMs)
  }
}

const notDrained = (state: LogState | undefined): StartError =>
  new StartError(
    state === undefined
      ? 'the log is not drained: the brokers do not return the committed offsets'
      : `the log is not drained: ${state.waiting} of ${state.end} commands are not acknowledged; do writers run?`,
  )

const assertNoWriters = async (options: RepartitionOptions): Promise<void> => {
  const group = writerGroup(options.namespace)
  const { groups } = await withAdmin(options, (admin) => admin.describeGroups([group]))
  const count = groups[0]?.members.length ?? 0
  if (count > 0)
    throw new StartError(`the log is drained, and ${count} writers still run: stop them, then run "admin repartition" again`)
}

/** Only a new topic can have fewer partitions. Its offsets begin at 0, so the committed offsets are deleted first. */
const recreateTopic = async (options: RepartitionOptions, name: string): Promise<void> => {
  const { namespace, partitions, copies, clock } = options
  const group = writerGroup(namespace)
  await withAdmin(options, async (admin) => {
    const { groups } = await admin.listGroups()
    if (groups.some(({ groupId }) => groupId === group)) await admin.deleteGroups([group])
    await admin.deleteTopics({ topics: [name] })
    while ((await partitionCount(admin, name)) !== undefined) await pause(clock, pollMs)
  })
  await createTopics(options, topicsOf(namespace, partitions), copies)
}

/**
 * Changes the number of partitions of `chat.commands`: stops the intake of all
 * gateways, waits until the writers have drained the log, and creates the topic
 * again where it gets fewer partitions. Gateways accept commands when they are
 * started with the new number.
 *
 * Promises:  no command is lost, and no key changes its partition while one of
 *            its commands is on the log. May be repeated after a failure.
 *            Rejects with `StartError` where it is not safe to continue: the
 *            log is not drained in time, or writers run while the topic has to
 *            be created again.
 * Does not:  change `chat.events`, whose order per key consumers rely on.
 */
export const repartition = async (options: RepartitionOptions): Promise<void> => {
  const { namespace, partitions, log } = options
  const { name } = topicsOf(namespace, partitions).commands
  const found = await countOf(options, name)
  if (found === undefined) throw new KafkaError(`Kafka lacks the topic ${name}: run "admin topics" first`)
  if (found === partitions) return log.info({ topic: name, partitions }, 'the topic already has this number of partitions')
  await stopIntake(options, name, Math.max(partitions, found + 1))
  log.info({ topic: name, found, partitions }, 'gateways refuse commands from now on; waiting for the writers to drain the log')
  await untilDrained(options)
  if (partitions < found) {
    await assertNoWriters(options)
    await recreateTopic(options, name)
  }
  log.info(
    { topic: name, partitions },
    'the number of partitions is changed: start gateways and writers with this value of PARTITIONS',
  )
}
