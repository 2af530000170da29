/** The fields of a kafkajs error; none is always present. */
export interface DriverError {
  readonly name?: unknown
  readonly message?: unknown
  /** The name of the error code that the broker returned. */
  readonly type?: unknown
  /** Whether kafkajs marks the error as retriable. */
  readonly retriable?: unknown
}

const deepest = 10

/** The error and its chain of causes, the original cause last. */
export const causesOf = (error: unknown): readonly DriverError[] => {
  const chain: DriverError[] = []
  for (let at = error; at instanceof Error && chain.length < deepest; at = at.cause) chain.push(at)
  return chain
}

/** The name of the error code that a broker returned, if any. */
export const protocolErrorOf = (error: unknown): string | undefined =>
  causesOf(error)
    .map(({ type }) => type)
    .find((type) => typeof type === 'string')

/** A short reason without content: the broker's error code, else the message of the original cause. */
export const reasonOf = (error: unknown): string => {
  const last = causesOf(error).at(-1)
  return protocolErrorOf(error) ?? (typeof last?.message === 'string' ? last.message : 'unknown')
}

/** Error codes for a member whose partitions have moved, or are about to move, to another member. */
const fences: ReadonlySet<string | undefined> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'FENCED_INSTANCE_ID',
])

/** Whether the error requires joining the group again. */
export const isFence = (error: unknown): error is Error => fences.has(protocolErrorOf(error))
