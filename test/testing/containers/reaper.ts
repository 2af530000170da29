import { getContainerRuntimeClient, getReaper } from 'testcontainers'
import type { PidIdentity } from '../../../infra/native/pid-identity.ts'
import { identify, isRunning } from '../../../infra/native/pid-identity.ts'

const ownerLabel = 'chat-testing.owner'

/** Labels with the owner of a container or network: its pid and start time. */
export const ownerLabels = (): Record<string, string> => ({ [ownerLabel]: JSON.stringify(identify(process.pid) ?? null) })

const isOrphan = (labels: Readonly<Record<string, string>> | undefined): boolean => {
  const owner = JSON.parse(labels?.[ownerLabel] ?? 'null') as PidIdentity | null
  return owner !== null && !isRunning(owner)
}

/** Removes containers and networks whose owner has ended without removing them. */
export const removeOrphans = async (): Promise<void> => {
  const { dockerode } = (await getContainerRuntimeClient()).container
  const filters = { label: [ownerLabel] }
  for (const { Id, Labels } of await dockerode.listContainers({ all: true, filters })) {
    if (isOrphan(Labels)) await dockerode.getContainer(Id).remove({ force: true, v: true })
  }
  for (const { Id, Labels } of await dockerode.listNetworks({ filters })) {
    if (isOrphan(Labels)) await dockerode.getNetwork(Id).remove()
  }
}

const prepare = async (): Promise<void> => {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED !== 'true') {
    try {
      await getReaper(await getContainerRuntimeClient())
      return
    } catch {
      process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
    }
  }
  await removeOrphans()
}

let prepared: Promise<void> | undefined

/**
 * Ensures that containers of a killed process are removed: by the reaper of
 * Testcontainers if its image is available, otherwise by the next process that
 * calls this function.
 */
export const prepareReaper = (): Promise<void> => {
  prepared ??= prepare()
  return prepared
}
