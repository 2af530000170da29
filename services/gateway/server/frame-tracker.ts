/** The number of bytes of the extended length, which follow the second byte. */
const lengthBytes = (second: number): number => {
  const short = second & 0x7f
  return short === 127 ? 8 : short === 126 ? 2 : 0
}

const maskBytes = (second: number): number => (second >= 0x80 ? 4 : 0)

/**
 * Finds the boundaries of frames in a client's bytes, without decoding payloads.
 * A class without a header buffer, because every socket has one.
 */
export class FrameTracker {
  /** The number of frames after which no message was unfinished. */
  finished = 0
  private first = 0
  private second = 0
  private headerBytes = 0
  /** The payload length, as far as the header was read. */
  private length = 0
  private payloadLeft = 0
  private isFragmented = false

  /** A message or a frame has begun and is not complete. */
  get isUnfinished(): boolean {
    return this.headerBytes > 0 || this.payloadLeft > 0 || this.isFragmented
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
      const isWhole = this.takeHeaderByte(chunk[at] ?? 0)
      at += 1
      if (!isWhole) continue
      this.payloadLeft = this.length
      if (this.payloadLeft === 0) this.endFrame()
    }
  }

  /** Reads one byte of a header. True: the header is complete. */
  private takeHeaderByte(byte: number): boolean {
    this.headerBytes += 1
    if (this.headerBytes === 1) {
      this.first = byte
      return false
    }
    if (this.headerBytes === 2) {
      this.second = byte
      this.length = lengthBytes(byte) === 0 ? byte & 0x7f : 0
    } else if (this.headerBytes <= 2 + lengthBytes(this.second)) {
      this.length = this.length * 256 + byte
    }
    return this.headerBytes === 2 + lengthBytes(this.second) + maskBytes(this.second)
  }

  private endFrame(): void {
    // A control frame may come between fragments and does not end the message.
    if ((this.first & 0x08) === 0) this.isFragmented = this.first < 0x80
    this.headerBytes = 0
    if (!this.isFragmented) this.finished += 1
  }
}
