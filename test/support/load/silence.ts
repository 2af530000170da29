import type { Connection } from './connection.ts'

/** How long a socket has received no frame: compares counts at each call, instead of reading the clock at each frame. */
export interface Silence {
  begin(connection: Connection): void
  /** In milliseconds, to the interval between two calls. */
  measure(connection: Connection): number
}

export const createSilence = (now: () => number): Silence => {
  let frames = 0
  let lastFrameMs = 0
  const begin = (connection: Connection): void => {
    frames = connection.frames
    lastFrameMs = now()
  }
  return {
    begin,
    measure: (connection) => {
      if (connection.frames !== frames) begin(connection)
      return now() - lastFrameMs
    },
  }
}
