/** Follows a client's bytes from frame to frame, without looking into them. */
export interface FrameTracker {
  read(chunk: Buffer): void
  /** A message or a frame has been begun and not finished. */
  readonly isUnfinished: boolean
  /** How often everything that was begun was finished. */
  readonly finished: number
}

const headLength = (second: number): number => {
  const short = second & 0x7f
  return 2 + (short === 127 ? 8 : short === 126 ? 2 : 0) + (second >= 0x80 ? 4 : 0)
}

const payloadLength = (head: Buffer): number => {
  const short = (head[1] ?? 0) & 0x7f
  return short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2))
}

export const createFrameTracker = (): FrameTracker => {
  const head = Buffer.alloc(14)
  let headBytes = 0
  let payloadLeft = 0
  let isFragmented = false
  let finished = 0

  const endFrame = (): void => {
    const first = head[0] ?? 0
    // A control frame may come between fragments, and ends none of them.
    if ((first & 0x08) === 0) isFragmented = first < 0x80
    headBytes = 0
    if (!isFragmented) finished += 1
  }

  /** Takes one byte of a head; true: the head is whole. */
  const takeHeadByte = (byte: number): boolean => {
    head[headBytes] = byte
    headBytes += 1
    return headBytes >= 2 && headBytes === headLength(head[1] ?? 0)
  }

  return {
    read: (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        if (payloadLeft > 0) {
          const taken = Math.min(payloadLeft, chunk.length - at)
          payloadLeft -= taken
          at += taken
          if (payloadLeft === 0) endFrame()
          continue
        }
        const isWhole = takeHeadByte(chunk[at] ?? 0)
        at += 1
        if (!isWhole) continue
        payloadLeft = payloadLength(head)
        if (payloadLeft === 0) endFrame()
      }
    },
    get isUnfinished() {
      return headBytes > 0 || payloadLeft > 0 || isFragmented
    },
    get finished() {
      return finished
    },
  }
}
