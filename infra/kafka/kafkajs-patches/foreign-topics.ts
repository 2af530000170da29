import Broker from 'kafkajs/src/broker/index.js'

const original = Broker.prototype.metadata

/** The same broker, without the check of the topics' error codes in its answers. */
const withoutTopicErrors = (broker: Broker): Broker =>
  Object.create(broker, {
    lookupRequest: {
      value: (...asked: Parameters<Broker['lookupRequest']>) => {
        const make = broker.lookupRequest(...asked)
        return (details: object) => {
          const { request, response } = make(details)
          return { request, response: { ...response, parse: async (answer: unknown) => answer } }
        }
      },
    },
  })

function tolerantMetadata(this: Broker, topics: readonly string[] = []): Promise<unknown> {
  return topics.length === 0 ? original.call(withoutTopicErrors(this)) : original.call(this, topics)
}

/**
 * Before kafkajs creates topics, it requests the metadata of all topics, and
 * rejects the answer when any of them has an error: another system's topic
 * without a leader prevented the creation of ours. With this patch a request
 * for all topics ignores such errors; a request that names topics does not.
 * For all clients of this process. Idempotent.
 */
export const ignoreForeignTopicErrors = (): void => {
  Broker.prototype.metadata = tolerantMetadata
}
