import { GenericContainer } from 'testcontainers'
import { freePort } from '../../../infra/native/free-port.ts'
import { probeKafka } from '../../../infra/native/probe-kafka.ts'
import type { ContainerServer } from './container-server.ts'
import { startContainer } from './container-server.ts'

export interface KafkaContainer extends ContainerServer {
  /** The address for this machine. */
  readonly address: string
  /** The port of this machine for the listener of each role. */
  readonly rolePorts: ReadonlyMap<string, number>
}

/** A listener of the broker: its port in the container, its port on this machine, and the address that it advertises. */
interface ContainerListener {
  readonly port: number
  readonly hostPort?: number
  readonly advertised: string
}

const alias = 'kafka'
/** The address for containers of the network. */
export const kafkaInside = `${alias}:9092`
const controllerPort = 9093
const directPort = 9094
const firstRolePort = 9100

const listenerName = (name: string): string => name.toUpperCase().replaceAll('-', '_')

const listed = (listeners: ReadonlyMap<string, ContainerListener>, place: (listener: ContainerListener) => string): string =>
  [...listeners].map(([name, listener]) => `${listenerName(name)}://${place(listener)}`).join(',')

/** One node, one replica of everything, no delay for groups, no automatic creation of topics; as in infra/native. */
const environmentFor = (listeners: ReadonlyMap<string, ContainerListener>): Record<string, string> => {
  const names = ['CONTROLLER', ...[...listeners.keys()].map(listenerName)]
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${controllerPort}`,
    KAFKA_INTER_BROKER_LISTENER_NAME: listenerName('inside'),
    KAFKA_LISTENERS: `CONTROLLER://:${controllerPort},${listed(listeners, ({ port }) => `:${port}`)}`,
    KAFKA_ADVERTISED_LISTENERS: listed(listeners, ({ advertised }) => advertised),
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: names.map((name) => `${name}:PLAINTEXT`).join(','),
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
    KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
    KAFKA_HEAP_OPTS: '-Xmx512m',
  }
}

/** `advertised`: for each linked role, the address of its proxy. */
export const startKafkaContainer = async (
  image: string,
  network: string,
  advertised: ReadonlyMap<string, string>,
): Promise<KafkaContainer> => {
  const direct = await freePort()
  const listeners = new Map<string, ContainerListener>([
    ['inside', { port: 9092, advertised: kafkaInside }],
    ['direct', { port: directPort, hostPort: direct, advertised: `127.0.0.1:${direct}` }],
  ])
  for (const [role, address] of advertised) {
    listeners.set(role, { port: firstRolePort + listeners.size, hostPort: await freePort(), advertised: address })
  }
  const published = [...listeners.values()].flatMap(({ port, hostPort }) =>
    hostPort === undefined ? [] : [{ container: port, host: hostPort }],
  )
  const container = new GenericContainer(image)
    .withNetworkMode(network)
    .withNetworkAliases(alias)
    .withExposedPorts(...published)
    .withEnvironment(environmentFor(listeners))
  const probe = (): Promise<void> => probeKafka(direct)
  const server = await startContainer({ name: 'Kafka', container, probe, readyWithinMs: 90_000, stopWithinMs: 15_000 })
  return Object.assign(server, {
    address: `127.0.0.1:${direct}`,
    rolePorts: new Map(
      [...listeners].flatMap(([name, { hostPort }]) => (hostPort === undefined ? [] : [[name, hostPort] as const])),
    ),
  })
}
