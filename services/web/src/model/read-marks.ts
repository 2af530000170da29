import { device } from './device-storage.ts'

/** The last read seq of each room on this device, for services that do not store it. */
export interface ReadMarks {
  /** Undefined if the room was never shown on this device. */
  of(room: string): number | undefined
  /** Whether this user has used this device before. */
  readonly hasAny: boolean
  set(room: string, seq: number): void
  /** Reports the read marks of other windows of this device. Returns a function that ends it. */
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
      const onStorage = (event: StorageEvent): void => {
        if (event.key === key) for (const [room, seq] of Object.entries(read())) listener(room, seq)
      }
      addEventListener('storage', onStorage)
      return () => removeEventListener('storage', onStorage)
    },
  }
}
