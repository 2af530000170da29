import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { until } from '../poll.ts'
import type { ServerFrameBytes } from './server-frames.ts'
import { serverFramesIn } from './server-frames.ts'

/** A TCP connection to the public port, over which a test sends arbitrary bytes. */
export interface RawSocket extends AsyncDisposable {
  write(bytes: string | Buffer): void
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  readonly isClosed: boolean
  /** The status of the first answer. */
  status(): Promise<number>
  /** The head of the first answer, once it is complete. */
  head(): Promise<string>
  /** WebSocket frames after the head. */
  frames(): readonly ServerFrameBytes[]
  /** The code of the service's close frame; undefined if the socket closed without one. */
  closeCode(): Promise<number | undefined>
  /** Stops reading. */
  pause(): void
}

const headEnd = Buffer.from('\r\n\r\n')

const backoff = { withinMs: 30_000, everyMs: 5 }

export const rawSocket = async (url: string): Promise<RawSocket> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  let isClosed = false
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isClosed = true
      resolve()
    })
  })
  await once(socket, 'connect')

  const received = (): Buffer => Buffer.concat(chunks)
  const head = (): Promise<string> =>
    until(
      'a head',
      () => {
        const bytes = received()
        const end = bytes.indexOf(headEnd)
        if (end < 0 && isClosed) throw new Error(`closed after ${JSON.stringify(bytes.toString())}`)
        return end < 0 ? undefined : bytes.toString('latin1', 0, end)
      },
      backoff,
    )
  const frames = (): readonly ServerFrameBytes[] => {
    const bytes = received()
    const end = bytes.indexOf(headEnd)
    return end < 0 ? [] : serverFramesIn(bytes.subarray(end + headEnd.length))
  }

  return {
    write: (bytes) => {
      socket.write(bytes)
    },
    closed,
    get isClosed() {
      return isClosed
    },
    head,
    status: async () => Number(/^HTTP\/1\.1 (\d+)/.exec(await head())?.[1]),
    frames,
    closeCode: () =>
      until(
        'a close',
        () => {
          const close = frames().find(({ opcode }) => opcode === 8)
          if (close !== undefined) return { code: close.payload.length < 2 ? undefined : close.payload.readUInt16BE(0) }
          return isClosed ? { code: undefined } : undefined
        },
        backoff,
      ).then(({ code }) => code),
    pause: () => {
      socket.pause()
    },
    [Symbol.asyncDispose]: async () => {
      socket.destroy()
      await closed
    },
  }
}

/** The head of an upgrade; `more` overrides the usual headers, and `undefined` omits one. */
export const upgradeHead = (url: string, more: Readonly<Record<string, string | readonly string[] | undefined>> = {}): string => {
  const { host, pathname, search } = new URL(url)
  const usual = {
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
  }
  const lines = Object.entries({ ...usual, ...more }).flatMap(([name, values]) =>
    values === undefined ? [] : [values].flat().map((value) => `${name}: ${value}`),
  )
  return `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** Sends an upgrade and returns before the answer. */
export const rawUpgrade = async (
  url: string,
  more: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): Promise<RawSocket> => {
  const socket = await rawSocket(url)
  socket.write(upgradeHead(url, more))
  return socket
}

export interface RawFrameParts {
  readonly fin?: boolean
  readonly rsv?: number
  readonly opcode?: number
  readonly isMasked?: boolean
  /** Any four bytes; random when absent. */
  readonly mask?: Buffer
  /** The length in the header, which need not be true. */
  readonly length?: number | bigint
}

const lengthBytes = (length: number | bigint, maskBit: number): Buffer => {
  if (length < 126) return Buffer.from([maskBit | Number(length)])
  if (length < 65_536) {
    const bytes = Buffer.from([maskBit | 126, 0, 0])
    bytes.writeUInt16BE(Number(length), 1)
    return bytes
  }
  const bytes = Buffer.from([maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0])
  bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

/** A client frame, valid or not. */
export const clientFrame = (payload: string | Buffer, parts: RawFrameParts = {}): Buffer => {
  const { fin = true, rsv = 0, opcode = 1, isMasked = true } = parts
  const plain = Buffer.from(payload as string)
  const mask = parts.mask ?? randomBytes(4)
  const body = isMasked ? Buffer.from(plain.map((byte, index) => byte ^ (mask[index % 4] ?? 0))) : plain
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const head = [Buffer.from([first]), lengthBytes(parts.length ?? plain.length, isMasked ? 0x80 : 0)]
  return Buffer.concat([...head, ...(isMasked ? [mask] : []), body])
}
