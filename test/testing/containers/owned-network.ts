import { randomUUID } from 'node:crypto'
import { getContainerRuntimeClient, getReaper, LABEL_TESTCONTAINERS_SESSION_ID } from 'testcontainers'
import { ownerLabels, prepareReaper } from './reaper.ts'

/** A new bridge network, which is removed when it is disposed of. */
export interface OwnedNetwork extends AsyncDisposable {
  readonly name: string
  /** The address of this machine on the network; undefined if the engine runs elsewhere. */
  readonly gateway: string | undefined
}

export const ownedNetwork = async (): Promise<OwnedNetwork> => {
  await prepareReaper()
  const client = await getContainerRuntimeClient()
  const { sessionId } = await getReaper(client)
  const name = `chat-${randomUUID()}`
  const Labels = { ...ownerLabels(), [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId }
  const network = await client.network.create({ Name: name, Driver: 'bridge', Labels })
  const { IPAM } = await network.inspect()
  return {
    name,
    gateway: IPAM?.Config?.[0]?.Gateway,
    [Symbol.asyncDispose]: async () => {
      await client.network.remove(network)
    },
  }
}
