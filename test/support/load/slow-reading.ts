/** What can be made to read, and not to. */
export interface Reader {
  pauseReading(): void
  resumeReading(): void
}

const pausedMs = 900
const readingMs = 50

/** Has it read in fits and starts, until the returned function is called. */
export const readSlowly = (reader: Reader): (() => void) => {
  let timer: NodeJS.Timeout
  const pause = (): void => {
    reader.pauseReading()
    timer = setTimeout(read, pausedMs)
  }
  const read = (): void => {
    reader.resumeReading()
    timer = setTimeout(pause, readingMs)
  }
  pause()
  return () => {
    clearTimeout(timer)
    reader.resumeReading()
  }
}
