/** A socket whose reading can be paused. */
export interface Reader {
  pauseReading(): void
  resumeReading(): void
}

const pausedMs = 900
const readingMs = 50

/** Pauses and resumes reading at random until the returned function is called. */
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
