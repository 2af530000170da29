import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaCommandLogOptions } from '../command-log.ts'
import { topicsOf } from '../driver/topics.ts'
import { KafkaError } from './admin-client.ts'
import { assertTopics } from './assert-topics.ts'
import type { TopicsNeeds } from './check-topics.ts'
import { checkTopics } from './check-topics.ts'

const pauseMs = 500

/**
 * Resolves when Kafka answers and every topic exists: topics may be created
 * after the processes that use them have started. Logs each new reason once and
 * retries without limit. Rejects with `StartError` when a topic has another
 * number of partitions, or settings that could lose or refuse records.
 * `eventsDays`: the expected retention of `chat.events`.
 */
export const awaitTopics = async (options: KafkaCommandLogOptions, needs: TopicsNeeds, eventsDays?: number): Promise<void> => {
  const { namespace, partitions, log } = options
  const specs = topicsOf(namespace, partitions, eventsDays)
  for (let loggedReason = ''; ; ) {
    try {
      await assertTopics(options, specs, ['commands', 'deadLetter', 'events'])
      return await checkTopics(options, specs, needs)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (error.message !== loggedReason) log.warn({ reason: error.message }, 'waiting for Kafka')
      loggedReason = error.message
    }
    await sleep(pauseMs)
  }
}
