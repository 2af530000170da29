import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { Wire } from '../send-queue/wire.ts'

const isAbuse = (code: number): boolean => code === closeCodes.flooding.code || code === closeCodes.tooManyErrors.code

/**
 * Writes frames directly to the socket, around `ws`, which writes its own frames
 * (ping, close) there too, each in one piece. `onTaken` is called when the
 * socket has taken all bytes that it did not take at once. The socket's `drain`
 * event is not enough: it follows only a write above the high-water mark.
 *
 * A class, because every socket has one.
 */
export class SocketWire implements Wire {
  private readonly webSocket: WebSocket
  private readonly socket: Socket
  private readonly onTaken: () => void
  private isBehind = false

  constructor(webSocket: WebSocket, socket: Socket, onTaken: () => void) {
    this.webSocket = webSocket
    this.socket = socket
    this.onTaken = onTaken
  }

  write(bytes: Buffer): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return
    this.socket.write(bytes, () => this.taken())
    this.isBehind = this.socket.writableLength > 0
  }

  unsentBytes(): number {
    return this.socket.writableLength
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason)
    // After closing for abuse, read nothing more, not even the close frame.
    if (isAbuse(code)) this.webSocket.pause()
  }

  private taken(): void {
    if (!this.isBehind || this.socket.writableLength > 0) return
    this.isBehind = false
    this.onTaken()
  }
}
