import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { upgradeHead } from '../client/raw-socket.ts'
import { payloadSpan } from '../client/server-frames.ts'

/**
 * A minimal WebSocket, so that thousands of them leave most of the CPU to the
 * measured servers: one read buffer for all sockets; frames are found by their
 * headers and never copied.
 *
 * Does not:  check UTF-8, join fragments, or compress; the tested servers send
 *            neither fragments nor compressed frames.
 */
export interface LoadSocket {
  readonly isOpen: boolean
  send(text: string): void
  /** Stops reading until `resume`. */
  pause(): void
  resume(): void
  /** Closes the socket with a close frame. */
  close(code: number): void
  /** Closes the socket without a close frame, as a network failure does. */
  terminate(): void
}

export interface LoadSocketOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly onOpen: () => void
  /** Called for each text frame: `bytes` from `from` to `to`, valid until the call returns. */
  readonly onText: (bytes: Buffer, from: number, to: number) => void
  /** The code of the close frame; 1005 for a close frame without code, 1006 without close frame. */
  readonly onClosed: (code: number, reason: string) => void
}

const shared = Buffer.allocUnsafe(1 << 20)
const headEnd = Buffer.from('\r\n\r\n')
const [text, close, ping, pong] = [0x81, 0x88, 0x89, 0x8a]
const noCode = 1005
const noCloseFrame = 1006
/** The longest wait for the server's close frame. */
const closeWithinMs = 30_000

/** A frame with room for the payload. Its mask is zero, which is valid and leaves the payload unchanged. */
const emptyFrame = (opcode: number, length: number): { readonly frame: Buffer; readonly start: number } => {
  const start = length < 126 ? 6 : length < 65_536 ? 8 : 14
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = opcode
  if (length < 126) frame[1] = 0x80 | length
  else if (length < 65_536) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.writeUInt32BE(0, start - 4)
  return { frame, start }
}

const textFrame = (message: string): Buffer => {
  const { frame, start } = emptyFrame(text, Buffer.byteLength(message))
  frame.write(message, start)
  return frame
}

const controlFrame = (opcode: number, payload: Uint8Array): Buffer => {
  const { frame, start } = emptyFrame(opcode, payload.length)
  frame.set(payload, start)
  return frame
}

export const openLoadSocket = ({ url, headers = {}, onOpen, onText, onClosed }: LoadSocketOptions): LoadSocket => {
  const target = new URL(url)
  const isSecure = target.protocol === 'wss:'
  let rest: Buffer | undefined
  let isUpgraded = false
  let isOpen = false
  let isTerminated = false
  let code = noCloseFrame
  let reason = ''

  const onCloseFrame = (payload: Buffer): void => {
    code = payload.length < 2 ? noCode : payload.readUInt16BE(0)
    if (isOpen) socket.write(controlFrame(close, payload.subarray(0, 2)))
    isOpen = false
    socket.end()
  }

  /** Handles all complete frames; copies an incomplete rest for the next read. */
  const takeFrames = (bytes: Buffer, start: number, end: number): void => {
    let at = start
    for (let span = payloadSpan(bytes, at, end); span !== undefined && span[1] <= end; span = payloadSpan(bytes, at, end)) {
      const [from, to] = span
      const opcode = bytes[at] as number
      if (opcode === text) onText(bytes, from, to)
      else if (opcode === ping) socket.write(controlFrame(pong, bytes.subarray(from, to)))
      else if (opcode === close) return onCloseFrame(bytes.subarray(from, to))
      at = to
      if (isTerminated) return
    }
    rest = at < end ? Buffer.from(bytes.subarray(at, end)) : undefined
  }

  const takeHead = (bytes: Buffer, end: number): void => {
    const at = bytes.subarray(0, end).indexOf(headEnd)
    if (at < 0) {
      rest = Buffer.from(bytes.subarray(0, end))
      return
    }
    const status = bytes.subarray(0, at).toString('latin1').split('\r\n', 1)[0] ?? ''
    if (!status.includes(' 101 ')) {
      reason = `the upgrade was refused: ${status}`
      socket.destroy()
      return
    }
    isUpgraded = true
    isOpen = true
    onOpen()
    takeFrames(bytes, at + headEnd.length, end)
  }

  const take = (count: number): boolean => {
    const whole = rest === undefined ? shared : Buffer.concat([rest, shared.subarray(0, count)])
    const end = rest === undefined ? count : whole.length
    rest = undefined
    if (isUpgraded) takeFrames(whole, 0, end)
    else takeHead(whole, end)
    return true
  }

  const options = {
    host: target.hostname.replace(/^\[|\]$/g, ''),
    port: Number(target.port) || (isSecure ? 443 : 80),
    noDelay: true,
    onread: { buffer: shared, callback: take },
  }
  const socket = isSecure ? connectTls({ ...options, servername: options.host }) : connectTcp(options)
  socket.on(isSecure ? 'secureConnect' : 'connect', () => socket.write(upgradeHead(url, headers)))
  socket.on('error', (error) => {
    reason = error.message
  })
  socket.on('close', () => {
    isOpen = false
    onClosed(code, reason)
  })

  return {
    get isOpen() {
      return isOpen
    },
    send: (message) => {
      if (isOpen) socket.write(textFrame(message))
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: (closeCode) => {
      if (!isOpen) return void socket.destroy()
      isOpen = false
      socket.write(controlFrame(close, Uint8Array.of(closeCode >> 8, closeCode & 0xff)))
      setTimeout(() => socket.destroy(), closeWithinMs).unref()
    },
    terminate: () => {
      isTerminated = true
      socket.destroy()
    },
  }
}
