import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, onFreePorts } from './free-port.ts'
import { kafkaArguments, useClassArchive } from './kafka-command.ts'
import { formattedFolder } from './kafka-prepare.ts'
import type { KafkaLayout } from './kafka-properties.ts'
import { kafkaProperties } from './kafka-properties.ts'
import type { NativeServer } from './native-server.ts'
import { nativeServer } from './native-server.ts'
import { probeKafka } from './probe-kafka.ts'
import type { NativeTools } from './tools.ts'

/** The ports of a broker, by listener; `direct` always exists and is advertised at its own port. */
export interface KafkaAddresses {
  readonly controller: number
  readonly listeners: Readonly<Record<string, number>>
}

/** A Kafka broker as a child process. */
export interface KafkaServer extends NativeServer {
  readonly ports: KafkaAddresses
  /** `host:port` of the direct listener. */
  readonly address: string
}

/** Options of `startKafka`. */
export interface NativeKafkaOptions {
  readonly tools: NativeTools
  /** The data folder; a later start in it finds the same topics and records. */
  readonly folder: string
  /** Additional listeners, for example behind a proxy. */
  readonly advertise?: Readonly<Record<string, { advertisedPort: number }>>
  /** Further settings of the broker, for example for TLS. */
  readonly properties?: Readonly<Record<string, string>>
  /** The ports of an earlier start; free ones if absent. */
  readonly ports?: KafkaAddresses | undefined
  readonly isDetached?: boolean
}

const freePorts = async (names: readonly string[]): Promise<KafkaAddresses> => {
  const listeners: Record<string, number> = {}
  for (const name of names) listeners[name] = await freePort()
  return { controller: await freePort(), listeners }
}

const layoutOf = (options: NativeKafkaOptions, ports: KafkaAddresses): KafkaLayout => {
  const advertised = options.advertise ?? {}
  const listeners = Object.entries(ports.listeners).map(([name, port]) => {
    return [name, { port, advertisedPort: advertised[name]?.advertisedPort ?? port }] as const
  })
  return {
    logFolder: join(options.folder, 'log'),
    controllerPort: ports.controller,
    listeners: Object.fromEntries(listeners),
    ...(options.properties === undefined ? {} : { properties: options.properties }),
  }
}

const prepareFolder = (options: NativeKafkaOptions, ports: KafkaAddresses): string => {
  const layout = layoutOf(options, ports)
  mkdirSync(options.folder, { recursive: true })
  if (!existsSync(layout.logFolder)) {
    cpSync(formattedFolder(options.tools.kafkaHome), layout.logFolder, { recursive: true })
  }
  const file = join(options.folder, 'server.properties')
  writeFileSync(file, kafkaProperties(layout))
  return file
}

const startOn = async (options: NativeKafkaOptions, ports: KafkaAddresses): Promise<KafkaServer> => {
  const { kafkaHome, java } = options.tools
  const file = prepareFolder(options, ports)
  const port = ports.listeners.direct
  if (port === undefined) throw new Error('the ports of the earlier start have no direct listener')
  const server = nativeServer({
    name: 'Kafka',
    command: java,
    args: kafkaArguments(kafkaHome, 'kafka.Kafka', [file], useClassArchive(kafkaHome)),
    workingFolder: kafkaHome,
    logFile: join(options.folder, 'server.log'),
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: options.isDetached ?? false,
    port,
    probe: () => probeKafka(port),
    readyWithinMs: 60_000,
  })
  await server.start()
  return Object.assign(server, { ports, address: `127.0.0.1:${port}` })
}

/** Starts a one-node Kafka (KRaft) with a heap of 512 MiB; resolves when it serves metadata. */
export const startKafka = (options: NativeKafkaOptions): Promise<KafkaServer> => {
  const { ports } = options
  if (ports) return startOn(options, ports)
  const names = ['direct', ...Object.keys(options.advertise ?? {})]
  return onFreePorts(async () => startOn(options, await freePorts(names)))
}
