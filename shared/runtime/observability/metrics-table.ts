const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
const bytes = [0, 1_024, 4_096, 16_384, 65_536, 131_072, 262_144, 524_288, 1_048_576]

/**
 * The metrics of gateways, and of what gateway and writer share. No label
 * names a user or a room: their number has no bound. The writer's own are in
 * `services/writer`; the event loop's lag is among the process's. What `starts` at
 * nought is there before its first time, which could not be told otherwise.
 */
export const metricsTable = {
  sessions: { kind: 'gauge', name: 'chat_sessions', help: 'Open sockets', labels: [] },
  upgradesRefused: {
    kind: 'counter',
    name: 'chat_upgrades_refused_total',
    help: 'Upgrades to WebSocket that were refused',
    labels: ['reason'],
  },
  connectionsRefused: {
    kind: 'counter',
    name: 'chat_connections_refused_total',
    help: 'TCP connections closed at once: of a full gateway, or of an address with too many connections without a session',
    labels: ['reason'],
    starts: [{ reason: 'address_full' }, { reason: 'gateway_full' }],
  },
  rateLimited: {
    kind: 'counter',
    name: 'chat_rate_limited_total',
    help: 'Frames that were refused, by the limit that they met',
    labels: ['limit'],
  },
  bindingSessions: { kind: 'gauge', name: 'chat_binding_sessions', help: 'Open sockets that have no user yet', labels: [] },
  frames: { kind: 'counter', name: 'chat_frames_total', help: 'WebSocket frames', labels: ['direction'] },
  commands: {
    kind: 'counter',
    name: 'chat_commands_total',
    help: 'Requests by what became of them',
    labels: ['event', 'outcome'],
  },
  commandSeconds: {
    kind: 'histogram',
    name: 'chat_command_seconds',
    help: 'From the arrival of a command at its gateway to its confirmation',
    labels: ['event'],
    buckets: seconds,
  },
  pendingCommands: {
    kind: 'gauge',
    name: 'chat_pending_commands',
    help: 'Commands without an outcome; more during an outage of Kafka or Postgres',
    labels: [],
  },
  heldRooms: { kind: 'gauge', name: 'chat_held_rooms', help: 'Rooms that the gateway listens to', labels: [] },
  sendQueueBytes: {
    kind: 'histogram',
    name: 'chat_send_queue_bytes',
    help: 'Bytes that were left of a write which its socket did not take whole',
    labels: [],
    buckets: bytes,
  },
  slowConsumers: {
    kind: 'counter',
    name: 'chat_slow_consumers_total',
    help: 'Sockets whose full queue set their followers behind',
    labels: [],
  },
  broadcastSeconds: {
    kind: 'histogram',
    name: 'chat_broadcast_seconds',
    help: 'One flush over all sockets',
    labels: [],
    buckets: seconds,
  },
  deliverySeconds: {
    kind: 'histogram',
    name: 'chat_delivery_seconds',
    help: 'Age of a message at each stage, since its gateway received it: handed to the Kafka driver, acknowledged by Kafka, fetched by a writer, begun in a batch, stored, published, passed to the send queues of another gateway, written to sockets (the oldest of a flush)',
    labels: ['stage'],
    buckets: seconds,
  },
  gapsFound: { kind: 'counter', name: 'chat_gaps_found_total', help: 'Holes found in the feeds of rooms', labels: [] },
  gapsRepaired: { kind: 'counter', name: 'chat_gaps_repaired_total', help: 'Holes filled from the store', labels: [] },
  publicationsDropped: {
    kind: 'counter',
    name: 'chat_publications_dropped_total',
    help: 'Publications that were not used (malformed), or that the store did not have so that a feed began again (unstored)',
    labels: ['reason'],
    starts: [{ reason: 'malformed' }, { reason: 'unstored' }],
  },
  resumes: {
    kind: 'counter',
    name: 'chat_resumes_total',
    help: 'Rooms named by a resume, by what became of them',
    labels: ['result'],
  },
  fanOutUp: { kind: 'gauge', name: 'chat_fan_out_up', help: '1 while the fan-out is up', labels: [] },
  fanOutReconnects: {
    kind: 'counter',
    name: 'chat_fan_out_reconnects_total',
    help: 'Times that the fan-out came back',
    labels: [],
  },
} as const
