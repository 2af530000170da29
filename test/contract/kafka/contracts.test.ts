import { describe } from 'vitest'
import { sharedStack, whyNoStack } from '../../support/stack/shared-stack.ts'
import { commandLogSuite } from '../command-log/suite.ts'
import { eventStreamSuite } from '../event-stream/suite.ts'
import { openKafkaCommandLog, openKafkaEventStream } from './open-kafka.ts'

describe.skipIf(whyNoStack())('on Kafka', () => {
  commandLogSuite('kafka', () => openKafkaCommandLog(sharedStack()))
  eventStreamSuite('kafka', () => openKafkaEventStream(sharedStack()))
})
