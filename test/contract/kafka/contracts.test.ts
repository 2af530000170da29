import { describe } from 'vitest'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { commandLogSuite } from '../command-log/suite.ts'
import { eventStreamSuite } from '../event-stream/suite.ts'
import { openKafkaCommandLog, openKafkaEventStream } from './open-kafka.ts'

describe.skipIf(noStackReason())('on Kafka', () => {
  commandLogSuite('kafka', () => openKafkaCommandLog(sharedStack()))
  eventStreamSuite('kafka', () => openKafkaEventStream(sharedStack()))
})
