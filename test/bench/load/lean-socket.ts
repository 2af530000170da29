import { connect } from 'node:net'

/** Called for each text frame: `bytes` from `from` to `to`, valid until the call returns. */
export type OnText = (bytes: Buffer, from: number, to: number) => void

/**
 * A minimal WebSocket, so that thousands of them leave most of the CPU to the
 * measured servers: one read buffer for all sockets; frames are found by their
 * headers and never copied.
 *
 * Does not:  check UTF-8, join fragments, or compress; servers here send none.
 */
export interface LeanSocket {
  readonly isOpen: boolean
  readonly bytesRead: number
  send(text: string): void
  /** Closes the socket without a close frame, as a network failure does. */
  cut(): void
}

export interface LeanTarget {
  readonly url: string
  readonly onText: OnText
  readonly onClosed?: () => void
  readonly onBytes?: (bytes: number) => void
}

const readBytes = 1 << 20
const shared = Buffer.allocUnsafe(readBytes)
const headEnd = Buffer.from('\r\n\r\n')
/** Any sixteen bytes are valid. */
const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const [text, close, ping, pong] = [0x81, 0x88, 0x89, 0x8a]

/** Masked with zeros, which is valid and leaves the payload unchanged. */
const clientFrame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  head[0] = opcode
  head[1] = 0x80 | Math.min(length, 126)
  if (length >= 126) head.writeUInt16BE(length, 2)
  return Buffer.concat([head, payload])
}

/** The start and end of the payload of the frame at `at`; undefined while its header is incomplete. */
const spanAt = (bytes: Buffer, at: number, end: number): readonly [from: number, to: number] | undefined => {
  if (end - at < 2) return undefined
  const short = bytes[at + 1] as number
  if (short < 126) return [at + 2, at + 2 + short]
  if (short === 126) return end - at < 4 ? undefined : [at + 4, at + 4 + bytes.readUInt16BE(at + 2)]
  return end - at < 10 ? undefined : [at + 10, at + 10 + Number(bytes.readBigUInt64BE(at + 2))]
}

/** Resolves when the server has accepted the upgrade. */
export const openLeanSocket = ({ url, onText, onClosed, onBytes }: LeanTarget): Promise<LeanSocket> => {
  const { hostname, port, pathname, search, host } = new URL(url)
  const opened = Promise.withResolvers<LeanSocket>()
  let rest: Buffer | undefined
  let isOpen = false
  let bytesRead = 0

  /** Handles all complete frames; copies an incomplete rest for the next read. */
  const takeFrames = (bytes: Buffer, start: number, end: number): void => {
    let at = start
    for (let span = spanAt(bytes, at, end); span !== undefined && span[1] <= end; span = spanAt(bytes, at, end)) {
      const [from, to] = span
      const opcode = bytes[at] as number
      if (opcode === text) onText(bytes, from, to)
      else if (opcode === ping) socket.write(clientFrame(pong, Buffer.from(bytes.subarray(from, to))))
      else if (opcode === close) socket.destroy()
      at = to
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
      opened.reject(new Error(`no WebSocket: ${status}`))
      socket.destroy()
      return
    }
    isOpen = true
    opened.resolve(lean)
    takeFrames(bytes, at + headEnd.length, end)
  }

  const take = (count: number): boolean => {
    bytesRead += count
    onBytes?.(count)
    const whole = rest === undefined ? shared : Buffer.concat([rest, shared.subarray(0, count)])
    const end = rest === undefined ? count : whole.length
    rest = undefined
    if (isOpen) takeFrames(whole, 0, end)
    else takeHead(whole, end)
    return true
  }

  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer: shared, callback: take } })
  socket.on('connect', () =>
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    ),
  )
  socket.on('error', (error) => opened.reject(error))
  socket.on('close', () => {
    isOpen = false
    opened.reject(new Error('closed before it was open'))
    onClosed?.()
  })

  const lean: LeanSocket = {
    get isOpen() {
      return isOpen
    },
    get bytesRead() {
      return bytesRead
    },
    send: (message) => void socket.write(clientFrame(text, Buffer.from(message))),
    cut: () => socket.destroy(),
  }
  return opened.promise
}
