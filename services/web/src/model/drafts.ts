import { signal } from '@preact/signals'
import { device } from './device-storage.ts'

/**
 * Text that one user has begun in each room and not sent.
 *
 * Promises:  it survives a reload, is seen by no other user of this device, and
 *            is gone after `clear`.
 * Does not:  follow the user to other devices.
 */
export interface Drafts {
  /** Empty without a draft. A component that reads it renders again when it changes. */
  of(room: string): string
  /** An empty text deletes the draft. */
  set(room: string, text: string): void
  readonly count: number
  /** Deletes all of this user's drafts. */
  clear(): void
}

export const createDrafts = (user: string): Drafts => {
  const prefix = `chat.draft.${user}.`
  const stored = device.keys(prefix).map((key) => [key.slice(prefix.length), String(device.recall(key))] as const)
  const all = signal<ReadonlyMap<string, string>>(new Map(stored))

  const set = (room: string, text: string): void => {
    device.remember(prefix + room, text === '' ? undefined : text)
    const next = new Map(all.value)
    if (text === '') next.delete(room)
    else next.set(room, text)
    all.value = next
  }

  return {
    of: (room) => all.value.get(room) ?? '',
    set,
    get count() {
      return all.value.size
    },
    clear: () => {
      for (const room of all.value.keys()) set(room, '')
    },
  }
}
