import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { firstLevel, supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { requestEventsAt } from '../../../shared/protocol/requests.ts'
import type { GatewayLog } from '../gateway-log.ts'

/** The feature level up to which a gateway accepts events and fields. */
export interface FeatureLevel {
  /** The store's level, but at most the level that this version supports. Level 1 until the store was read. */
  readonly current: number
  /** The events that may be requested at this level. */
  readonly events: readonly string[]
  /** Reads the store's level. Rejects with `StoreError`; the level stays as it was. */
  refresh(): Promise<void>
}

/** `absent`: the events that this gateway does not have at any level. `onChange` is called after the accepted events have changed. */
export const createFeatureLevel = (
  readModel: Pick<ReadModel, 'meta'>,
  log: GatewayLog,
  absent: ReadonlySet<string>,
  onChange: (level: FeatureLevel) => void,
): FeatureLevel => {
  let stored = firstLevel
  let current = firstLevel
  const eventsAt = (level: number): readonly string[] => requestEventsAt(level).filter((event) => !absent.has(event))
  let events = eventsAt(current)

  const onRead = (level: number): void => {
    if (level === stored) return
    stored = level
    current = Math.min(level, supportedLevel)
    events = eventsAt(current)
    const fields = { level, supported: supportedLevel }
    if (level > supportedLevel) log.error(fields, 'the feature level of the store is higher than this version supports')
    else log.debug(fields, 'feature level changed')
    onChange(featureLevel)
  }

  const featureLevel: FeatureLevel = {
    get current() {
      return current
    },
    get events() {
      return events
    },
    refresh: async () => onRead((await readModel.meta()).level),
  }
  return featureLevel
}
