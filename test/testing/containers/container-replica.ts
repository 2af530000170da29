import { GenericContainer } from 'testcontainers'
import { freePort, onFreePorts } from '../../../infra/native/free-port.ts'
import { probeReady } from '../../support/stack/probe-ready.ts'
import type { Environment, Replica } from '../../support/stack/server.ts'
import { startContainer } from './container-server.ts'
import type { ContainerSite } from './container-site.ts'

const ports = { public: 8080, internal: 8081 }

/** The place of a file that a program in a container reads. */
export const inputFile = '/tmp/input.jsonl'
/** Its permissions: the program is not the user who copies it. */
export const readable = 0o644

/** Longer than STOP_MS. */
const stopWithinMs = 30_000

const startOn = async (
  name: string,
  site: Pick<ContainerSite, 'image' | 'network'>,
  args: readonly string[],
  env: Environment,
  input: string | undefined,
): Promise<Replica> => {
  const [port, internalPort] = [await freePort(), await freePort()]
  const internalUrl = `http://127.0.0.1:${internalPort}`
  const container = new GenericContainer(site.image)
    .withNetworkMode(site.network)
    .withExposedPorts({ container: ports.public, host: port }, { container: ports.internal, host: internalPort })
    .withEnvironment({ ...env, ...inContainers })
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges')
    .withCommand([...args])
    .withCopyContentToContainer(input === undefined ? [] : [{ content: input, target: inputFile, mode: readable }])
  const server = await startContainer({
    name,
    container,
    probe: () => probeReady(internalUrl),
    readyWithinMs: 60_000,
    stopWithinMs,
  })
  return Object.assign(server, { url: `ws://127.0.0.1:${port}/ws`, internalUrl })
}

/** In a container the service must listen on all addresses; without tokens that needs an explicit permission. */
export const inContainers: Environment = {
  HOST: '0.0.0.0',
  PORT: String(ports.public),
  INTERNAL_PORT: String(ports.internal),
  AUTH_ALLOW_OFF: 'true',
}

/** Starts a service as a container of the image; resolves when its `/readyz` answers 200. `input`: the text of `inputFile`. */
export const startContainerService = (
  name: string,
  site: Pick<ContainerSite, 'image' | 'network'>,
  args: readonly string[],
  env: Environment,
  input?: string,
): Promise<Replica> => onFreePorts(() => startOn(name, site, args, env, input))
