/** Follows a client's bytes from frame to frame, without looking into them. */
export interface FrameTracker {
  read(chunk: Buffer): void
  /** A message or a frame has been begun and not finished. */
  readonly isUnfinished: boolean
  /** How often everything that was begun was finished. */
  readonly finished: number
}

/** How many bytes the length takes that stand behind the second one. */
const lengthBytes = (second: number): number => {
  const short = second & 0x7f
  return short === 127 ? 8 : short === 126 ? 2 : 0
}

const maskBytes = (second: number): number => (second >= 0x80 ? 4 : 0)

/** A class for the sake of memory: every socket has one, and a buffer to gather a head in would be several objects more. */
class ByteCounter implements FrameTracker {
  finished = 0
  private first = 0
  private second = 0
  private headBytes = 0
  /** Of the payload, as far as the head has told. */
  private length = 0
  private payloadLeft = 0
  private isFragmented = false

  get isUnfinished(): boolean {
    return this.headBytes > 0 || this.payloadLeft > 0 || this.isFragmented
  }

  read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.payloadLeft > 0) {
        const taken = Math.min(this.payloadLeft, chunk.length - at)
        this.payloadLeft -= taken
        at += taken
        if (this.payloadLeft === 0) this.endFrame()
        continue
      }
      const isWhole = this.takeHeadByte(chunk[at] ?? 0)
      at += 1
      if (!isWhole) continue
      this.payloadLeft = this.length
      if (this.payloadLeft === 0) this.endFrame()
    }
  }

  /** Takes one byte of a head; true: the head is whole. */
  private takeHeadByte(byte: number): boolean {
    this.headBytes += 1
    if (this.headBytes === 1) {
      this.first = byte
      return false
    }
    if (this.headBytes === 2) {
      this.second = byte
      this.length = lengthBytes(byte) === 0 ? byte & 0x7f : 0
    } else if (this.headBytes <= 2 + lengthBytes(this.second)) {
      this.length = this.length * 256 + byte
    }
    return this.headBytes === 2 + lengthBytes(this.second) + maskBytes(this.second)
  }

  private endFrame(): void {
    // A control frame may come between fragments, and ends none of them.
    if ((this.first & 0x08) === 0) this.isFragmented = this.first < 0x80
    this.headBytes = 0
    if (!this.isFragmented) this.finished += 1
  }
}

export const createFrameTracker = (): FrameTracker => new ByteCounter()
