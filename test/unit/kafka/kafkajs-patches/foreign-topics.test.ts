import Broker from 'kafkajs/src/broker/index.js'
import { lookup } from 'kafkajs/src/protocol/requests/index.js'
import { afterEach, describe, expect, it } from 'vitest'
import { ignoreForeignTopicErrors } from '../../../../infra/kafka/kafkajs-patches/foreign-topics.ts'

/** The unpatched method. */
const original = Broker.prototype.metadata

const metadataKey = 3
const leaderNotAvailable = 5
const withoutLeader = {
  partitionErrorCode: leaderNotAvailable,
  partitionId: 0,
  leader: -1,
  replicas: [9],
  isr: [],
  offlineReplicas: [9],
}
const answer = {
  brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9092 }],
  controllerId: 1,
  topicMetadata: [{ topicErrorCode: 0, topic: 'somebody-elses', isInternal: false, partitionMetadata: [withoutLeader] }],
}

/** A kafkajs broker whose connection returns the above for every metadata request. */
const broker = (): Broker => {
  const connectionPool = {
    send: ({ response }: { readonly response: { readonly parse: (data: unknown) => Promise<unknown> } }) =>
      response.parse(answer),
  }
  const made = new Broker({ connectionPool, logger: { namespace: () => ({}) } })
  return Object.assign(made, { lookupRequest: lookup({ [metadataKey]: { minVersion: 0, maxVersion: 6 } }) })
}

describe('a metadata request of kafkajs', () => {
  afterEach(() => {
    Broker.prototype.metadata = original
  })

  it('fails for all topics while any topic has an error, without the patch', async () => {
    await expect(broker().metadata()).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' })
  })

  it('returns the brokers when it names no topic, despite the errors of other topics, with the patch', async () => {
    ignoreForeignTopicErrors()
    ignoreForeignTopicErrors()
    expect(await broker().metadata()).toMatchObject({ controllerId: 1, brokers: answer.brokers })
    expect(await broker().metadata([])).toMatchObject({ controllerId: 1 })
  })

  it('fails for named topics with an error, with the patch too', async () => {
    ignoreForeignTopicErrors()
    await expect(broker().metadata(['ours'])).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' })
  })
})
