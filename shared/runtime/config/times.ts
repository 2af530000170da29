import { valuesOf } from './values-of.ts'

/**
 * Every span of time that the service keeps to, in milliseconds, in one
 * table. Each can be set by the environment variable of the same name in
 * upper snake case (`commandDeadlineMs` → `COMMAND_DEADLINE_MS`).
 * `times.test.ts` holds the relations between them.
 */
export const timesTable = {
  commandDeadlineMs: {
    value: 15_000,
    meaning: "From a command's arrival to its outcome, a look-up, or `timeout`. > session time-out + rejoin.",
  },
  consumerSessionMs: {
    value: 4_500,
    meaning: 'A consumer that is silent for this long loses its partitions. 6000 where the brokers accept no shorter one.',
  },
  consumerHeartbeatMs: { value: 500, meaning: 'How often a consumer says that it is alive.' },
  consumerRebalanceMs: { value: 15_000, meaning: 'How long a consumer may take to join again.' },
  consumerFetchWaitMs: { value: 250, meaning: 'How long a fetch may wait at the broker for the first byte.' },
  offsetCommitMs: { value: 250, meaning: 'How often processed offsets are committed.' },
  producerRequestMs: { value: 5_000, meaning: 'A produce without an answer is of unknown fate after this.' },
  producerRetryMs: { value: 2_000, meaning: 'Longest time that the driver itself tries again.' },
  kafkaConnectMs: { value: 3_000, meaning: 'Until a broker that does not answer counts as unreachable.' },
  idleInTransactionMs: { value: 4_000, meaning: 'The server ends a transaction in which nothing is asked for so long.' },
  statementMs: { value: 5_000, meaning: "A writer's statement is ended by the server after this." },
  lockMs: { value: 3_000, meaning: "A writer's statement waits this long for a lock." },
  databaseConnectMs: { value: 3_000, meaning: 'Until a database that does not answer counts as unreachable.' },
  databaseAnswerMs: { value: 8_000, meaning: "After which a statement's socket is destroyed, not given back to the pool." },
  eventStreamLingerMs: {
    value: 50,
    meaning: 'Events of several batches wait for so long to go to the event stream together.',
  },
  retryFirstMs: { value: 50, meaning: "First pause between attempts of a writer's batch while the database is away." },
  retryMostMs: { value: 2_000, meaning: "Longest pause between attempts of a writer's batch." },
  redisPingMs: { value: 2_000, meaning: 'How often Redis is asked whether it is alive.' },
  redisDeadMs: { value: 5_000, meaning: 'Without an answer for this long, Redis counts as dead.' },
  convergeMs: {
    value: 10_000,
    meaning: 'T: within it every member has what the store has. Each held room and user is compared twice in it.',
  },
  sweepLeastMs: { value: 250, meaning: 'The shortest round of the sweep, while the fan-out is down.' },
  topicReleaseMs: { value: 30_000, meaning: 'A topic is let go this long after its last use.' },
  headersMs: { value: 10_000, meaning: 'Until the headers of a request have come whole; then its connection is closed.' },
  bindMs: { value: 10_000, meaning: 'A socket that has asked for no user after this is closed; a service’s may stay without.' },
  unboundIdleMs: { value: 600_000, meaning: 'A socket of a service that has no user and asks nothing for this long is closed.' },
  frameMs: { value: 20_000, meaning: 'From the first byte of a message to its last; then its socket is closed.' },
  socketPingMs: { value: 25_000, meaning: 'A socket that was silent for this long is pinged.' },
  socketPongMs: { value: 10_000, meaning: 'Without a pong for this long, a socket is closed (4001).' },
  stuckSocketMs: { value: 30_000, meaning: 'A full socket that makes no progress for this long is closed.' },
  jwksLoadMs: { value: 5_000, meaning: 'Until a URL that does not answer with its key set counts as unreachable.' },
  jwksCoolDownMs: { value: 30_000, meaning: 'Token keys are not loaded again before this has passed, whatever tokens come.' },
  jwksMaxAgeMs: { value: 600_000, meaning: 'Token keys that are older are loaded anew before the next token is verified.' },
  jwksKeepMs: {
    value: 3_600_000,
    meaning: 'Token keys that could not be loaded anew for this long are not used: tokens get `keys_unavailable`.',
  },
  flushMostMs: { value: 20, meaning: 'The longest pause between two flushes.' },
  gatherMostMs: {
    value: 12,
    meaning: 'The longest pause in which commands gather before they are produced, or before they are fetched.',
  },
  flushSliceMs: { value: 5, meaning: 'A flush that takes longer goes on in another turn of the event loop.' },
  drainWindowMs: { value: 8_000, meaning: 'A draining gateway tells its sessions to move spread over this time at the most.' },
  drainStepMs: { value: 10, meaning: 'Sessions of a draining gateway move at least this far apart, within the window.' },
  drainOverlapMs: {
    value: 1_000,
    meaning: 'How long a session that was told to move is still served, so that its client can connect elsewhere first.',
  },
  auditFullMs: {
    value: 86_400_000,
    meaning:
      '`admin audit --watch` walks the whole store and reads `chat.events` from its beginning this often; between, only the streams that have changed.',
  },
  stopMs: { value: 25_000, meaning: 'From SIGTERM to exit, whatever is left.' },
} as const

export type Times = { readonly [Name in keyof typeof timesTable]: number }

export const defaultTimes: Times = valuesOf(timesTable)
