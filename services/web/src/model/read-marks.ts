import { device } from './device-storage.ts'

/** How far each room was read on this device: the service does not keep that. */
export interface ReadMarks {
  /** Undefined: the room was not seen here yet. */
  of(room: string): number | undefined
  /** Whether this user was on this device before. */
  readonly hasAny: boolean
  set(room: string, seq: number): void
  /** Another window of this device has read on. Returns what ends it. */
  watch(listener: (room: string, seq: number) => void): () => void
}

type Marks = Readonly<Record<string, number>>

export const createReadMarks = (user: string): ReadMarks => {
  const key = `chat.read.${user}`
  const read = (): Marks => (device.recall(key) as Marks | undefined) ?? {}
  const hasAny = Object.keys(read()).length > 0
  return {
    of: (room) => read()[room],
    hasAny,
    set: (room, seq) => {
      const marks = read()
      if (seq > (marks[room] ?? -1)) device.remember(key, { ...marks, [room]: seq })
    },
    watch: (listener) => {
      const heard = (event: StorageEvent): void => {
        if (event.key === key) for (const [room, seq] of Object.entries(read())) listener(room, seq)
      }
      addEventListener('storage', heard)
      return () => removeEventListener('storage', heard)
    },
  }
}
