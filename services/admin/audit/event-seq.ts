const seqPattern = /^\{"v":\d+,"event":"[a-z-]+","room":"[^"]+","seq":(\d+),/

/** A record of the event stream. */
export interface EventRecord {
  readonly key: string
  readonly value: string
}

/** The seq of the event; undefined if the record is not an event. */
export const eventSeq = ({ value }: EventRecord): number | undefined => {
  const text = seqPattern.exec(value)?.[1]
  return text === undefined ? undefined : Number(text)
}
