import { valuesOf } from './values-of.ts'

/**
 * All time-outs and intervals of the service, in milliseconds. Each can be set
 * by the environment variable of the same name in upper snake case
 * (`commandDeadlineMs` → `COMMAND_DEADLINE_MS`). `times.test.ts` verifies the
 * relations between the values.
 */
export const timesTable = {
  commandDeadlineMs: {
    value: 15_000,
    meaning:
      'Longest time from the arrival of a command to its answer; then its outcome is looked up in the store, and the answer is `timeout` if there is none. Longer than the session time-out and a rejoin.',
  },
  consumerSessionMs: {
    value: 4_500,
    meaning:
      'Session time-out: a consumer without a heartbeat for this long loses its partitions. 6000 is used where the brokers refuse a shorter one.',
  },
  consumerHeartbeatMs: { value: 500, meaning: 'Interval of the heartbeats of a consumer.' },
  consumerRebalanceMs: { value: 15_000, meaning: 'Time in which a consumer must join again during a rebalance.' },
  consumerFetchWaitMs: { value: 250, meaning: 'Longest time that a fetch waits at the broker for the first byte.' },
  offsetCommitMs: { value: 250, meaning: 'Interval of offset commits.' },
  producerRequestMs: { value: 5_000, meaning: 'Time-out of a produce request; whether its records are stored is then unknown.' },
  producerRetryMs: { value: 2_000, meaning: 'Longest time of the retries inside the Kafka driver.' },
  kafkaConnectMs: { value: 3_000, meaning: 'Time-out of a connection to a broker.' },
  idleInTransactionMs: { value: 4_000, meaning: 'Postgres ends a transaction that is idle for this long.' },
  statementMs: { value: 5_000, meaning: 'Postgres cancels a statement after this.' },
  lockMs: { value: 3_000, meaning: 'Longest time that a statement waits for a lock.' },
  databaseConnectMs: { value: 3_000, meaning: 'Time-out of a connection to the database.' },
  databaseAnswerMs: { value: 8_000, meaning: 'Without an answer to a statement for this long, its connection is destroyed.' },
  eventStreamLingerMs: {
    value: 50,
    meaning: 'Longest time that events wait to be published to the event stream together.',
  },
  retryFirstMs: { value: 50, meaning: "First pause of the back-off between attempts of a writer's batch." },
  retryMostMs: { value: 2_000, meaning: "Longest pause of the back-off between attempts of a writer's batch." },
  redisPingMs: { value: 2_000, meaning: 'Interval of PINGs to Redis.' },
  redisDeadMs: { value: 5_000, meaning: 'Without an answer for this long, a connection to Redis is treated as dead.' },
  convergeMs: {
    value: 10_000,
    meaning:
      'Longest time in which every member receives what the store has. The head sweep compares each held room and user with the store twice in this time.',
  },
  sweepLeastMs: { value: 250, meaning: 'Shortest round of the head sweep, while the fan-out is down.' },
  topicReleaseMs: { value: 30_000, meaning: 'Time from the last use of a fan-out channel to the end of its subscription.' },
  presenceAskMs: {
    value: 60_000,
    meaning: 'Interval at which a gateway asks the fan-out again whether watched users are online.',
  },
  roomSizeMs: {
    value: 60_000,
    meaning:
      'Time for which a gateway remembers the number of members of a room and the role of a member, by which it decides about signals.',
  },
  headersMs: { value: 10_000, meaning: 'Time in which the headers of a request must arrive; then its connection is closed.' },
  bindMs: {
    value: 10_000,
    meaning: 'Time in which a socket must send its first `create-user`; then it is closed. Sockets of services are exempt.',
  },
  unboundIdleMs: { value: 600_000, meaning: 'A socket of a service without a user is closed after this long without a request.' },
  frameMs: {
    value: 20_000,
    meaning: 'Time in which a message must arrive completely after its first byte; then its socket is closed.',
  },
  socketPingMs: { value: 25_000, meaning: 'A socket without traffic for this long is pinged.' },
  socketPongMs: { value: 10_000, meaning: 'A socket without a pong for this long is closed (4001).' },
  stuckSocketMs: { value: 30_000, meaning: 'A socket whose full send queue makes no progress for this long is closed.' },
  jwksLoadMs: { value: 5_000, meaning: 'Time-out of loading the key set from its URL.' },
  jwksCoolDownMs: { value: 30_000, meaning: 'Shortest interval between two loads of the key set, whatever tokens arrive.' },
  jwksMaxAgeMs: { value: 600_000, meaning: 'Age at which the key set is loaded again before the next token is verified.' },
  jwksKeepMs: {
    value: 3_600_000,
    meaning:
      'Age at which a key set that could not be loaded again is no longer used: tokens are refused with `keys_unavailable`.',
  },
  flushMostMs: { value: 20, meaning: 'Longest pause between two flushes.' },
  gatherMostMs: {
    value: 12,
    meaning:
      'Longest pause in which commands accumulate before a gateway produces them, or before a writer fetches the next batch.',
  },
  flushSliceMs: { value: 5, meaning: 'A flush that takes longer continues in a later turn of the event loop.' },
  memberStateFlushMs: {
    value: 1_000,
    meaning: 'Shortest interval between the starts of two statements with which a gateway writes read markers.',
  },
  drainWindowMs: { value: 8_000, meaning: 'Longest time over which a draining gateway spreads the close of its sessions.' },
  drainStepMs: {
    value: 10,
    meaning: 'Shortest interval between the closes of two sessions of a draining gateway, within that time.',
  },
  drainOverlapMs: {
    value: 1_000,
    meaning:
      'Time for which a session is still served after it was asked to move, so that its client can connect elsewhere first.',
  },
  webhookMs: { value: 10_000, meaning: 'Time-out of a request to a webhook.' },
  webhookLiveMs: {
    value: 400,
    meaning:
      'Longest time for which the events of other rooms wait for a room whose webhook is slow; its events are then sent separately.',
  },
  webhookRetryFirstMs: { value: 1_000, meaning: 'First pause before a webhook is retried; it doubles with each failure.' },
  webhookRetryMostMs: { value: 300_000, meaning: 'Longest pause before a webhook is retried.' },
  webhookGiveUpMs: {
    value: 259_200_000,
    meaning: 'Time for which an event is retried; then it is a dead letter, and the next event of its room is sent.',
  },
  webhookPollMs: {
    value: 500,
    meaning: 'Interval at which a relay looks for rooms whose webhooks are due for a retry, while rooms wait.',
  },
  pushMaxAgeMs: {
    value: 3_600_000,
    meaning: 'Age of a message from which on it causes no notification, also while the requests to `PUSH_URL` fail.',
  },
  preSendMs: {
    value: 500,
    meaning: 'Time-out of the check of a message before it is sent (`PRE_SEND_URL`).',
  },
  auditFullMs: {
    value: 86_400_000,
    meaning:
      'Interval at which `admin audit --watch` verifies the whole store and reads `chat.events` from its beginning; other rounds verify only streams that have changed.',
  },
  stopMs: { value: 25_000, meaning: 'Longest time from SIGTERM to the exit of the process.' },
} as const

/** The value of every time-out and interval. */
export type Times = { readonly [Name in keyof typeof timesTable]: number }

/** The defaults, for processes that set no variable, and for tests. */
export const defaultTimes: Times = valuesOf(timesTable)
