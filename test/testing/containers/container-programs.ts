import { GenericContainer } from 'testcontainers'
import type { Programs } from '../../support/stack/programs.ts'
import { containerLog } from './container-log.ts'
import { inContainers, inputFile, readable, startContainerService } from './container-replica.ts'
import type { ContainerSite } from './container-site.ts'
import { ownerLabels, prepareReaper } from './reaper.ts'
import { waitForEnd } from './wait-for-end.ts'

const runAdmin = async (
  site: ContainerSite,
  args: readonly string[],
  env: Record<string, string>,
  input: string | undefined,
): Promise<string> => {
  await prepareReaper()
  const log = containerLog()
  const ending = waitForEnd()
  const container = await new GenericContainer(site.image)
    .withNetworkMode(site.network)
    .withEnvironment({ ...env, ...inContainers })
    .withLabels(ownerLabels())
    .withCommand(['admin', ...args, ...(input === undefined ? [] : [inputFile])])
    .withCopyContentToContainer(input === undefined ? [] : [{ content: input, target: inputFile, mode: readable }])
    .withLogConsumer(log.read)
    .withWaitStrategy(ending.strategy)
    .start()
  await container.stop({ remove: true })
  const printed = log.last(1_000).join('\n')
  if (ending.code() !== 0) throw new Error(`admin ${args.join(' ')} failed:\n${printed}`)
  return printed
}

/** Programs as containers of the image, on the network of the site. */
export const containerPrograms = (site: ContainerSite, urls: Programs['urls']): Programs => ({
  host: site.host,
  urls,
  start: (role, tier, env) => startContainerService(role, site, [tier], env),
  admin: (args, env, input) => runAdmin(site, args, { ...env }, input),
})
