interface Resumed {
  readonly from: number
  /** The frame after `from` has arrived. */
  isBegun: boolean
}

/** The resumes of one socket that are not answered yet. */
export interface OpenResumes {
  start(operation: number, room: number, from: number): void
  /** A frame of the room arrived. True: a resume from just before it explains it. */
  explains(room: number, seq: number): boolean
  /** Whether a resume of the room is open. */
  names(room: number): boolean
  of(operation: number, room: number): Readonly<Resumed> | undefined
  /** The rooms of a resume that have no answer yet. */
  unanswered(operation: number): readonly number[]
  answer(operation: number, room: number): void
  /** The whole resume was refused. */
  refuse(operation: number): void
}

export const createOpenResumes = (): OpenResumes => {
  const open = new Map<number, Map<number, Resumed>>()

  const ofRoom = (room: number): readonly Resumed[] => [...open.values()].flatMap((rooms) => rooms.get(room) ?? [])

  return {
    start: (operation, room, from) => {
      const rooms = open.get(operation) ?? new Map<number, Resumed>()
      open.set(operation, rooms.set(room, { from, isBegun: false }))
    },
    explains: (room, seq) => {
      const before = ofRoom(room).filter(({ from }) => from === seq - 1)
      for (const resumed of before) resumed.isBegun = true
      return before.length > 0
    },
    names: (room) => ofRoom(room).length > 0,
    of: (operation, room) => open.get(operation)?.get(room),
    unanswered: (operation) => [...(open.get(operation)?.keys() ?? [])],
    answer: (operation, room) => {
      const rooms = open.get(operation)
      rooms?.delete(room)
      if (rooms?.size === 0) open.delete(operation)
    },
    refuse: (operation) => void open.delete(operation),
  }
}
