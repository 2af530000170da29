/** One listener of the broker: its port, and the port that it advertises to clients. */
export interface KafkaListener {
  readonly port: number
  readonly advertisedPort: number
}

/** The folders, ports and settings of one broker. */
export interface KafkaLayout {
  readonly logFolder: string
  readonly controllerPort: number
  /** By listener name; must contain `direct`. */
  readonly listeners: Readonly<Record<string, KafkaListener>>
  /** Further settings, which override the others. */
  readonly properties?: Readonly<Record<string, string>>
}

const listenerName = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/** One node, one replica of everything, no delay for groups, no automatic creation of topics. */
const fixed = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'DIRECT',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  // The default of 6 s would slow down tests of crashed consumers.
  'group.min.session.timeout.ms': '1000',
  'offsets.topic.num.partitions': '4',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  // After a SIGKILL the controller refuses the broker until its previous session has expired.
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
