import type { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { textFrame } from '../../../../services/gateway/send-queue/framing.ts'

// Exported by `ws`, but missing from its types.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable }

/** The texts that the `ws` library, as a client, decodes from these bytes. */
const received = async (bytes: Buffer): Promise<string> => {
  const receiver = new Receiver({ isServer: false })
  const message = new Promise<string>((resolve, reject) => {
    receiver.on('message', (data: Buffer, isBinary: boolean) =>
      isBinary ? reject(new Error('binary')) : resolve(data.toString()),
    )
    receiver.on('error', reject)
  })
  receiver.write(bytes)
  return message
}

describe('A WebSocket text frame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('of %i bytes is decoded by a client', async (length) => {
    const text = 'x'.repeat(length)
    expect(await received(textFrame(text))).toBe(text)
  })

  it('counts bytes, not characters', async () => {
    const text = 'grüße 👋'.repeat(20)
    expect(await received(textFrame(text))).toBe(text)
  })
})
