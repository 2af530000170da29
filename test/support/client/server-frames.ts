/** A WebSocket frame of a server, which is never masked. */
export interface ServerFrameBytes {
  readonly opcode: number
  readonly payload: Buffer
}

/** The whole frames in the bytes. */
export const serverFramesIn = (bytes: Buffer): ServerFrameBytes[] => {
  const frames: ServerFrameBytes[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
    if (start > bytes.length) break
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    if (start + length > bytes.length) break
    frames.push({ opcode: (bytes[at] ?? 0) & 0x0f, payload: bytes.subarray(start, start + length) })
    at = start + length
  }
  return frames
}

/** The texts of the whole frames in the bytes. */
export const frameTextsIn = (bytes: Buffer): string[] => serverFramesIn(bytes).map(({ payload }) => payload.toString('utf8'))
