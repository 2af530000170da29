/** One way into the broker: where it listens, and where it tells clients to find it. */
export interface KafkaListener {
  readonly port: number
  readonly advertisedPort: number
}

export interface KafkaLayout {
  readonly logFolder: string
  readonly controllerPort: number
  /** By listener name; `direct` has to be among them. */
  readonly listeners: Readonly<Record<string, KafkaListener>>
  /** Over the others. */
  readonly properties?: Readonly<Record<string, string>>
}

const listenerName = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/** One node, everything replicated once, quick groups; no topic comes about by itself. */
const fixed = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'DIRECT',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  // Tests of crashed consumers should not have to wait for Kafka's 6 s.
  'group.min.session.timeout.ms': '1000',
  'offsets.topic.num.partitions': '4',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  // After a SIGKILL the broker comes back as a stranger, refused until its former self has expired.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
  'num.network.threads': '2',
  'log.cleaner.dedupe.buffer.size': '8388608',
}

const addresses = (layout: KafkaLayout, port: (listener: KafkaListener) => number): string[] =>
  Object.entries(layout.listeners).map(([name, listener]) => `${listenerName(name)}://127.0.0.1:${port(listener)}`)

/** The text of `server.properties`. */
export const kafkaProperties = (layout: KafkaLayout): string => {
  const controller = `127.0.0.1:${layout.controllerPort}`
  const names = ['CONTROLLER', ...Object.keys(layout.listeners).map(listenerName)]
  const settings = {
    ...fixed,
    'controller.quorum.voters': `1@${controller}`,
    listeners: [`CONTROLLER://${controller}`, ...addresses(layout, (each) => each.port)].join(','),
    'advertised.listeners': addresses(layout, (each) => each.advertisedPort).join(','),
    'listener.security.protocol.map': names.map((name) => `${name}:PLAINTEXT`).join(','),
    'log.dirs': layout.logFolder,
    ...layout.properties,
  }
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`
}
