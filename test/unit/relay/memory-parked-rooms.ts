import type { ParkedRooms } from '../../../shared/ports/parked-rooms.ts'

interface Row {
  readonly room: string
  nextSeq: number
  lastSeq: number
  failures: number
  waitsSinceMs: number
  dueAtMs: number
}

/** Parked rooms in memory, with the rows and the dead letters for assertions. */
export interface MemoryParkedRooms extends ParkedRooms {
  readonly rows: ReadonlyMap<string, Readonly<Row>>
  readonly deadLetters: readonly string[]
}

export const memoryParkedRooms = (nowMs: () => number = () => performance.now()): MemoryParkedRooms => {
  const rows = new Map<string, Row>()
  const deadLetters: string[] = []
  const ended = new Set<string>()
  return {
    rows,
    deadLetters,
    extend: async (heads) => {
      const known = [...heads].flatMap(([room, seq]) => {
        const row = rows.get(room)
        return row === undefined ? [] : [{ row, seq }]
      })
      for (const { row, seq } of known) row.lastSeq = Math.max(row.lastSeq, seq)
      return new Set(known.map(({ row }) => row.room))
    },
    park: async (rooms) => {
      for (const { room, nextSeq, lastSeq, failures, dueMs } of rooms) {
        const row = rows.get(room)
        if (row === undefined) {
          rows.set(room, { room, nextSeq, lastSeq, failures, waitsSinceMs: nowMs(), dueAtMs: nowMs() + dueMs })
        } else {
          row.nextSeq = Math.min(row.nextSeq, nextSeq)
          row.lastSeq = Math.max(row.lastSeq, lastSeq)
        }
      }
    },
    claim: async (limit, leaseMs) => {
      const due = [...rows.values()].filter(({ dueAtMs }) => dueAtMs <= nowMs())
      const claimed = due.sort((one, other) => one.dueAtMs - other.dueAtMs).slice(0, limit)
      for (const row of claimed) row.dueAtMs = nowMs() + leaseMs
      return claimed.map(({ room, nextSeq, lastSeq, failures, waitsSinceMs }) => ({
        room,
        nextSeq,
        lastSeq,
        failures,
        waitsMs: nowMs() - waitsSinceMs,
      }))
    },
    progress: async ({ room, nextSeq, failures, dueMs }) => {
      const row = rows.get(room)
      if (row === undefined) return
      if (row.lastSeq < nextSeq) return void rows.delete(room)
      if (row.failures === 0 || row.nextSeq < nextSeq) row.waitsSinceMs = nowMs()
      Object.assign(row, { nextSeq: Math.max(row.nextSeq, nextSeq), failures, dueAtMs: nowMs() + dueMs })
    },
    deadLetter: async (room, seq, reason) => void deadLetters.push(`${room}:${seq} ${reason}`),
    summary: async () => ({
      rooms: rows.size,
      oldestMs: Math.max(0, ...[...rows.values()].map(({ waitsSinceMs }) => nowMs() - waitsSinceMs)),
    }),
    end: async (endpoint) => {
      rows.clear()
      ended.add(endpoint)
    },
    hasEnded: async (endpoint) => ended.has(endpoint),
  }
}
