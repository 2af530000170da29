import type { Log } from '../../shared/runtime/observability/log.ts'
import { callAll } from './call-all.ts'

/** Receives the publications of one channel. */
export type Listener = (payload: Buffer) => void

/** One listener on one channel; active until it is removed. */
export interface ListenerEntry {
  readonly channel: string
  readonly listener: Listener
  readonly isActive: boolean
}

/**
 * The listeners of this process, by channel.
 *
 * Promises:  a removed listener is not called, even if another listener removes
 *            it during a delivery; a listener that throws is logged and kept.
 *            The same function may be added twice.
 */
export interface ChannelListeners {
  add(channel: string, listener: Listener): ListenerEntry
  /** Idempotent. */
  remove(entry: ListenerEntry): void
  /** Whether the channel has a listener. */
  has(channel: string): boolean
  /** The channels with at least one listener. */
  channels(): IterableIterator<string>
  /** Calls all listeners of the channel. */
  deliver(channel: string, payload: Buffer): void
}

interface MutableEntry extends ListenerEntry {
  isActive: boolean
}

/** Creates the empty table of listeners. */
export const channelListeners = (log: Log): ChannelListeners => {
  /** The lists are immutable: a listener that is added during a delivery must not receive it. */
  const entries = new Map<string, readonly MutableEntry[]>()

  const add = (channel: string, listener: Listener): ListenerEntry => {
    const entry: MutableEntry = { channel, listener, isActive: true }
    const present = entries.get(channel)
    entries.set(channel, present === undefined ? [entry] : [...present, entry])
    return entry
  }

  const remove = (entry: ListenerEntry): void => {
    if (!entry.isActive) return
    const mutable = entry as MutableEntry
    mutable.isActive = false
    const remaining = (entries.get(entry.channel) ?? []).filter((other) => other.isActive)
    if (remaining.length === 0) entries.delete(entry.channel)
    else entries.set(entry.channel, remaining)
  }

  const deliver = (channel: string, payload: Buffer): void =>
    callAll(entries.get(channel) ?? [], (entry) => entry.isActive && entry.listener(payload), log)

  return { add, remove, has: (channel) => entries.has(channel), channels: () => entries.keys(), deliver }
}
