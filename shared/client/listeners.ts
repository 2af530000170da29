/**
 * Event listeners by the name of the event.
 *
 * Promises:  listeners are called in the order of adding; one that throws does
 *            not affect the others. The same function may be added twice.
 */
export interface Listeners<Events> {
  /** Returns a function that removes the listener. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void
  has(name: keyof Events): boolean
}

/** A listener that throws affects neither the others nor the client; its error becomes an uncaught error. */
const throwUncaught = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })

export const createListeners = <Events>(): Listeners<Events> => {
  const byName = new Map<keyof Events, Set<(payload: never) => void>>()

  return {
    on: (name, listener) => {
      // A separate function, so that a listener that is added twice is called twice.
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
          throwUncaught(error)
        }
      }
    },
    has: (name) => (byName.get(name)?.size ?? 0) > 0,
  }
}
