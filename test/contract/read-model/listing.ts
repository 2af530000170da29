import type { MessagePage, MessageQuery, ReadModel } from '../../../shared/ports/read-model.ts'

export type Range = Partial<Omit<MessageQuery, 'room' | 'reader'>>

/** Reads a page as a member of the room. */
export const list = async (readModel: ReadModel, room: string, reader: string, range: Range = {}): Promise<MessagePage> => {
  const page = await readModel.messagesOf({ room, reader, limit: 50, ...range })
  if (page === undefined) throw new Error('the reader must be a member')
  return page
}

export const seqsOf = ({ messages }: MessagePage): readonly number[] => messages.map(({ seq }) => seq)

/** The seqs of every page, following cursors; `isRangeRepeated`: each request names the whole range again. */
export const walk = async (
  readModel: ReadModel,
  room: string,
  reader: string,
  range: Range,
  isRangeRepeated = false,
): Promise<readonly (readonly number[])[]> => {
  let page = await list(readModel, room, reader, range)
  const pages = [seqsOf(page)]
  while (page.nextCursor !== undefined) {
    const again = isRangeRepeated ? range : { limit: range.limit ?? 50 }
    page = await list(readModel, room, reader, { ...again, cursor: page.nextCursor })
    pages.push(seqsOf(page))
  }
  return pages
}
