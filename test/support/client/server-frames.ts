/** A WebSocket frame of a server, which is never masked. */
export interface ServerFrameBytes {
  readonly opcode: number
  readonly payload: Buffer
}

/** The start and end of the payload of the frame at `at`; undefined while its header is incomplete. The payload may be incomplete. */
export const payloadSpan = (bytes: Buffer, at: number, end: number): readonly [from: number, to: number] | undefined => {
  if (end - at < 2) return undefined
  const short = (bytes[at + 1] as number) & 0x7f
  if (short < 126) return [at + 2, at + 2 + short]
  if (short === 126) return end - at < 4 ? undefined : [at + 4, at + 4 + bytes.readUInt16BE(at + 2)]
  return end - at < 10 ? undefined : [at + 10, at + 10 + Number(bytes.readBigUInt64BE(at + 2))]
}

/** The whole frames in the bytes. */
export const serverFramesIn = (bytes: Buffer): ServerFrameBytes[] => {
  const frames: ServerFrameBytes[] = []
  const end = bytes.length
  let at = 0
  for (let span = payloadSpan(bytes, at, end); span !== undefined && span[1] <= end; span = payloadSpan(bytes, at, end)) {
    const [from, to] = span
    frames.push({ opcode: (bytes[at] ?? 0) & 0x0f, payload: bytes.subarray(from, to) })
    at = to
  }
  return frames
}

/** The texts of the whole frames in the bytes. */
export const frameTextsIn = (bytes: Buffer): string[] => serverFramesIn(bytes).map(({ payload }) => payload.toString('utf8'))
