import Broker from 'kafkajs/src/broker/index.js'
import { lookup } from 'kafkajs/src/protocol/requests/index.js'
import { afterEach, describe, expect, it } from 'vitest'
import { ignoreForeignTopicErrors } from '../../../../infra/kafka/kafkajs-patches/foreign-topics.ts'

/** As the driver comes. */
const original = Broker.prototype.metadata

const metadataKey = 3
const leaderNotAvailable = 5
const unwell = {
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
  topicMetadata: [{ topicErrorCode: 0, topic: 'somebody-elses', isInternal: false, partitionMetadata: [unwell] }],
}

/** A broker of the driver's that is connected to one which says this of any topics. */
const broker = (): Broker => {
  const connectionPool = {
    send: ({ response }: { readonly response: { readonly parse: (data: unknown) => Promise<unknown> } }) =>
      response.parse(answer),
  }
  const made = new Broker({ connectionPool, logger: { namespace: () => ({}) } })
  return Object.assign(made, { lookupRequest: lookup({ [metadataKey]: { minVersion: 0, maxVersion: 6 } }) })
}

describe('what the driver asks a broker of topics', () => {
  afterEach(() => {
    Broker.prototype.metadata = original
  })

  it('gets no answer as it comes, while any topic is unwell', async () => {
    await expect(broker().metadata()).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' })
  })

  it('is who the brokers are when it names none, whatever ails topics of others', async () => {
    ignoreForeignTopicErrors()
    ignoreForeignTopicErrors()
    expect(await broker().metadata()).toMatchObject({ controllerId: 1, brokers: answer.brokers })
    expect(await broker().metadata([])).toMatchObject({ controllerId: 1 })
  })

  it('is judged as before when it names them', async () => {
    ignoreForeignTopicErrors()
    await expect(broker().metadata(['ours'])).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' })
  })
})
