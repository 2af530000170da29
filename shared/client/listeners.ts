export interface Listeners<Events> {
  /** Returns what takes the listener off again. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void
  has(name: keyof Events): boolean
}

/** A listener that throws disturbs neither the others nor the client: its error surfaces as an uncaught one. */
const surface = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })

export const createListeners = <Events>(): Listeners<Events> => {
  const byName = new Map<keyof Events, Set<(payload: never) => void>>()

  return {
    on: (name, listener) => {
      // A function of its own, so that one listener given twice is two.
      const entry = (payload: Parameters<typeof listener>[0]): void => listener(payload)
      const entries = byName.get(name) ?? new Set()
      byName.set(name, entries.add(entry))
      return () => void entries.delete(entry)
    },
    emit: (name, payload) => {
      for (const entry of [...(byName.get(name) ?? [])]) {
        try {
          entry(payload as never)
        } catch (error) {
          surface(error)
        }
      }
    },
    has: (name) => (byName.get(name)?.size ?? 0) > 0,
  }
}
