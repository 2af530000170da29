/** Storage of the browser. If the browser refuses to store, the chat works without it. */
export interface DeviceStorage {
  recall(key: string): unknown
  /** `undefined` deletes the value. */
  remember(key: string, value: unknown): void
  keys(prefix: string): string[]
}

const attempt = <T>(work: () => T, otherwise: T): T => {
  try {
    return work()
  } catch {
    return otherwise
  }
}

const over = (storage: () => Storage): DeviceStorage => ({
  recall: (key) => attempt(() => JSON.parse(storage().getItem(key) ?? 'null') ?? undefined, undefined),
  remember: (key, value) =>
    attempt(() => (value === undefined ? storage().removeItem(key) : storage().setItem(key, JSON.stringify(value))), undefined),
  keys: (prefix) => attempt(() => Object.keys(storage()).filter((key) => key.startsWith(prefix)), []),
})

/** Permanent, shared by all windows of this device. */
export const device = over(() => localStorage)
/** For this window only. */
export const thisWindow = over(() => sessionStorage)
