/** Messages that are erased together. */
export interface ErasedMessages {
  /** The author; absent: messages of all users. */
  readonly user?: string | undefined
  /** The seq of the first message of the range. */
  readonly from: number
  /** The seq after the last one. */
  readonly before: number
}

/** Whether a message with this seq and author is among them. */
export const isErased = (seq: number, author: string, { user, from, before }: ErasedMessages): boolean =>
  seq >= from && seq < before && (user === undefined || user === author)
