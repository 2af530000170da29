import type { TopicSpec } from '../driver/topics.ts'

/** The state of a topic on the brokers. */
export interface TopicState {
  /** The lowest number of replicas of any of its partitions. */
  readonly copies: number
  /** The effective settings: those of the topic, else the defaults of the brokers. */
  readonly config: Readonly<Record<string, string>>
}

/** `refuse`: records could be lost or refused. `warn`: the setting differs from the expected one, but works. */
export interface TopicFinding {
  readonly kind: 'refuse' | 'warn'
  readonly text: string
}

/** The configuration that the settings of one topic must satisfy. */
export interface TopicNeeds {
  readonly leastMessageBytes: number
  /** `REPLICATION_FACTOR`; undefined: the default of the brokers. */
  readonly copies: number | undefined
}

type TopicCheck = (spec: TopicSpec, state: TopicState, needs: TopicNeeds) => readonly TopicFinding[]

const insync = 'min.insync.replicas'
const cleanup = 'cleanup.policy'
const largest = 'max.message.bytes'

/**
 * The right `min.insync.replicas` for a number of replicas. With three or more,
 * an acknowledged record is on two brokers, and writes continue while one is
 * unavailable. With two, only one of both is possible: writes continue, but
 * records that are acknowledged meanwhile are on one broker only.
 */
export const insyncFor = (copies: number): number => (copies >= 3 ? 2 : 1)

const refuse = (text: string): TopicFinding => ({ kind: 'refuse', text })
const warn = (text: string): TopicFinding => ({ kind: 'warn', text })

const checkCleanup: TopicCheck = ({ name }, { config }) =>
  config[cleanup] === 'delete'
    ? []
    : [refuse(`${name} has ${cleanup}=${config[cleanup]}, which drops all but the last record of a key: set it to delete`)]

const checkSize: TopicCheck = ({ name }, { config }, { leastMessageBytes }) =>
  Number(config[largest]) >= leastMessageBytes
    ? []
    : [
        refuse(
          `${name} has ${largest}=${config[largest]}, and FRAME_BYTES and the producer's batches need ${leastMessageBytes}: ` +
            `raise ${largest}, or lower FRAME_BYTES`,
        ),
      ]

const checkDurability: TopicCheck = ({ name }, { copies, config }) => {
  const least = Number(config[insync])
  if (least > copies) return [refuse(`${name} has ${insync}=${least} and ${copies} copies: no record can be written`)]
  if (least < insyncFor(copies)) {
    return [
      refuse(
        `${name} has ${insync}=${least} with ${copies} copies: an acknowledged record may be on one broker alone: ` +
          `set it to ${insyncFor(copies)}`,
      ),
    ]
  }
  if (copies !== 2 || least !== 1) return []
  return [
    warn(
      `${name} has two copies and ${insync}=1: while one broker is away, an acknowledged record is on the other broker only, and is ` +
        `lost with it. Use three copies, or set ${insync} to 2 to stop writes meanwhile`,
    ),
  ]
}

const checkReplicas: TopicCheck = ({ name }, { copies }, needs) =>
  needs.copies === undefined || copies >= needs.copies
    ? []
    : [warn(`${name} has partitions with ${copies} copies, and REPLICATION_FACTOR says ${needs.copies}`)]

/** Settings of the retention time of a record, and of the clock that measures it. */
const retentionSettings = ['retention.ms', 'retention.bytes', 'message.timestamp.type'] as const

const checkRetention: TopicCheck = ({ name, config: wanted }, { config }) =>
  retentionSettings
    .filter((setting) => config[setting] !== wanted[setting])
    .map((setting) => warn(`${name} has ${setting}=${config[setting]}, and a new topic would get ${wanted[setting]}`))

/** Compares an existing topic with what this version relies on; `assertTopics` compares partitions. */
export const topicFindings: TopicCheck = (spec, state, needs) =>
  [checkCleanup, checkSize, checkDurability, checkReplicas, checkRetention].flatMap((check) => check(spec, state, needs))
