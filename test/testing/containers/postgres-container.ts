import { GenericContainer } from 'testcontainers'
import { freePort } from '../../../infra/native/free-port.ts'
import { probePostgres } from '../../../infra/native/probe-postgres.ts'
import type { ContainerServer } from './container-server.ts'
import { startContainer } from './container-server.ts'

export interface PostgresContainer extends ContainerServer {
  readonly port: number
  /** The URL for this machine, as the superuser. */
  readonly url: string
}

const alias = 'postgres'
const account = 'postgres:postgres'
/** The URL for containers of the network. */
export const postgresInside = `postgres://${account}@${alias}:5432/postgres`

export const startPostgresContainer = async (image: string, network: string): Promise<PostgresContainer> => {
  const port = await freePort()
  const url = `postgres://${account}@127.0.0.1:${port}/postgres`
  const container = new GenericContainer(image)
    .withNetworkMode(network)
    .withNetworkAliases(alias)
    .withExposedPorts({ container: 5432, host: port })
    .withEnvironment({ POSTGRES_PASSWORD: 'postgres' })
    .withCommand(['postgres', '-c', 'max_connections=300'])
  const probe = (): Promise<void> => probePostgres(url)
  const server = await startContainer({ name: 'PostgreSQL', container, probe, readyWithinMs: 90_000, stopWithinMs: 15_000 })
  return Object.assign(server, { port, url })
}
