const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
const bytes = [0, 1_024, 4_096, 16_384, 65_536, 131_072, 262_144, 524_288, 1_048_576]

/**
 * The metrics of gateways, and of the other processes in `of`. No label names a user or a room, because their number
 * is unbounded. The metrics of writers are in `services/writer`; the lag of the
 * event loop is a metric of the process. `starts`: label sets registered at 0,
 * so that Prometheus sees the first increment.
 */
export const metricsTable = {
  sessions: { kind: 'gauge', name: 'chat_sessions', help: 'Open sockets', labels: [] },
  upgradesRefused: {
    kind: 'counter',
    name: 'chat_upgrades_refused_total',
    help: 'Refused upgrades to WebSocket',
    labels: ['reason'],
  },
  connectionsRefused: {
    kind: 'counter',
    name: 'chat_connections_refused_total',
    help: 'TCP connections closed at once, because the gateway was full or their address had too many connections without a session',
    labels: ['reason'],
    starts: [{ reason: 'address_full' }, { reason: 'gateway_full' }],
  },
  rateLimited: {
    kind: 'counter',
    name: 'chat_rate_limited_total',
    help: 'Refused frames, by the rate limit that they exceeded',
    labels: ['limit'],
  },
  bindingSessions: { kind: 'gauge', name: 'chat_binding_sessions', help: 'Open sockets without a user', labels: [] },
  frames: { kind: 'counter', name: 'chat_frames_total', help: 'WebSocket frames', labels: ['direction'] },
  commands: {
    kind: 'counter',
    name: 'chat_commands_total',
    help: 'Requests, by outcome: ok or the error code',
    labels: ['event', 'outcome'],
  },
  commandSeconds: {
    kind: 'histogram',
    name: 'chat_command_seconds',
    help: 'Time from the arrival of a command at its gateway to its confirmation',
    labels: ['event'],
    buckets: seconds,
  },
  pendingCommands: {
    kind: 'gauge',
    name: 'chat_pending_commands',
    help: 'Commands without an outcome; their number rises during an outage of Kafka or Postgres',
    labels: [],
  },
  heldRooms: { kind: 'gauge', name: 'chat_held_rooms', help: 'Rooms whose channels the gateway subscribes to', labels: [] },
  sendQueueBytes: {
    kind: 'histogram',
    name: 'chat_send_queue_bytes',
    help: 'Bytes of a write that its socket did not take at once',
    labels: [],
    buckets: bytes,
  },
  slowConsumers: {
    kind: 'counter',
    name: 'chat_slow_consumers_total',
    help: 'Times that a full send queue set the followers of its session behind',
    labels: [],
  },
  broadcastSeconds: {
    kind: 'histogram',
    name: 'chat_broadcast_seconds',
    help: 'Duration of one flush of all send queues',
    labels: [],
    buckets: seconds,
  },
  deliverySeconds: {
    kind: 'histogram',
    name: 'chat_delivery_seconds',
    help: 'Age of a message at each stage, since its gateway received it: handed to the Kafka driver, acknowledged by Kafka, fetched by a writer, begun in a batch, stored, published, passed to the send queues of a gateway, written to sockets (the oldest of a flush)',
    labels: ['stage'],
    buckets: seconds,
    of: ['writer'],
  },
  gapsFound: { kind: 'counter', name: 'chat_gaps_found_total', help: 'Gaps found in the feeds of rooms', labels: [] },
  gapsRepaired: {
    kind: 'counter',
    name: 'chat_gaps_repaired_total',
    help: 'Events read from the store to repair gaps',
    labels: [],
  },
  publicationsDropped: {
    kind: 'counter',
    name: 'chat_publications_dropped_total',
    help: 'Publications that were ignored because they were malformed, or that made a feed reopen because the store did not have their event (unstored)',
    labels: ['reason'],
    starts: [{ reason: 'malformed' }, { reason: 'unstored' }],
  },
  signalsDropped: {
    kind: 'counter',
    name: 'chat_signals_dropped_total',
    help: 'Dropped signals, by reason: a rate, too many members, a follower that is not live (behind), a send queue over a quarter full (queue), the fan-out (fan_out), too many that wait for it (busy), an unavailable store (store)',
    labels: ['reason'],
    starts: ['rate', 'members', 'behind', 'queue', 'fan_out', 'busy', 'store'].map((reason) => ({ reason })),
  },
  resumes: {
    kind: 'counter',
    name: 'chat_resumes_total',
    help: 'Rooms named in resumes, by result',
    labels: ['result'],
  },
  memberStateFlushed: {
    kind: 'counter',
    name: 'chat_member_state_flushed_total',
    help: 'Read markers written to the store, at most one for each member of a room and statement',
    labels: [],
  },
  memberStateFlushSeconds: {
    kind: 'histogram',
    name: 'chat_member_state_flush_seconds',
    help: 'Duration of a statement that writes read markers',
    labels: [],
    buckets: seconds,
  },
  fanOutUp: {
    kind: 'gauge',
    name: 'chat_fan_out_up',
    help: '1 while the fan-out is up',
    labels: [],
    of: ['writer', 'audit'],
  },
  fanOutReconnects: {
    kind: 'counter',
    name: 'chat_fan_out_reconnects_total',
    help: 'Reconnects of the fan-out',
    labels: [],
  },
} as const
