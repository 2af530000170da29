import type { RunIds } from '../../support/load/run-ids.ts'

/** The fields of a frame of the load. The next frame overwrites them. */
export interface Heard {
  /**
   * `feed`: a frame of a room, which confirms `operation` if it has one. `confirmation`: confirms `operation` only.
   * `refusal`: the service refused `operation` because of overload; it has no effect.
   */
  readonly kind: 'feed' | 'confirmation' | 'refusal'
  /** Whether the frame is a message; other feed frames only occupy a seq. */
  readonly isMessage: boolean
  readonly operation: number
  readonly room: number
  /** 0 if this service has no order. */
  readonly seq: number
  readonly intendedMs: number
  /** The offset of the part that is the same for all sockets. */
  readonly commonFrom: number
}

/** A socket for sequential requests. */
export interface Line {
  send(text: string): void
  /** Resolves with the first frame that is not part of the load and satisfies `isAnswer`. */
  answer(isAnswer: (text: string) => boolean): Promise<string>
}

/** The protocol of one service, so that the same load measures the service and its rivals. */
export interface Dialect {
  /** The part of the URL after host and port. */
  readonly path: string
  /** Binds the socket to a user; resolves with the id that the service uses for the user. */
  greet(line: Line, externalId: string): Promise<string>
  /** The number of frames that every other member of a new room receives. */
  readonly createdFrames: number
  createRoom(line: Line, room: string, users: readonly string[]): Promise<void>
  message(operation: number, room: string, id: string, msg: string): string
  /** Whether the text frame at this offset is a message of another user; decided without parsing it. */
  isPlain(bytes: Buffer, from: number): boolean
  /** Reads a frame; undefined if it is not part of the load. */
  reader(ids: RunIds): (text: Buffer) => Heard | undefined
}
