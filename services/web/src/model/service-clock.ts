/**
 * The time of the service, as this page estimates it. A device clock may be
 * wrong by hours, so no decision depends on it.
 *
 * Method: the `Date` header of an answer, and from then on the time that has
 * passed on the monotonic clock of the browser. That clock may stop
 * while the device sleeps, so `sync` is called again when the page wakes up.
 */
export interface PageClock {
  /** Milliseconds since the epoch; by the device until the first answer. */
  now(): number
  /** The same; undefined until the first answer. */
  known(): number | undefined
  /** Reads the time from an answer of the service. */
  note(answer: Response): void
  /** Asks the service for its time. Resolves also when it cannot be reached. */
  sync(): Promise<void>
  /** Calls the listener after each reading. */
  onNoted(listener: () => void): void
}

interface ServiceClockOptions {
  /** Fetches headers only, never from a cache. */
  readonly ask: () => Promise<Response>
  /** Milliseconds on a monotonic clock. */
  readonly monotonicMs: () => number
}

/** A `Date` header has whole seconds; on average half a second is cut off. */
const cutOffMs = 500

export const createServiceClock = ({ ask, monotonicMs }: ServiceClockOptions): PageClock => {
  const listeners: (() => void)[] = []
  let startMs: number | undefined

  const known = (): number | undefined => (startMs === undefined ? undefined : startMs + monotonicMs())

  const note = ({ headers }: Response): void => {
    const at = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(at)) return
    startMs = at + cutOffMs - monotonicMs()
    for (const listener of listeners) listener()
  }

  return {
    now: () => known() ?? Date.now(),
    known,
    note,
    sync: () => ask().then(note, () => undefined),
    onNoted: (listener) => void listeners.push(listener),
  }
}

/** A HEAD request: the service worker answers none from its cache. */
export const serviceClock = createServiceClock({
  ask: () => fetch('./', { method: 'HEAD', cache: 'no-store' }),
  monotonicMs: () => performance.now(),
})
