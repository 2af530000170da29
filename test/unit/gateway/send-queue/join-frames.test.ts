import { describe, expect, it } from 'vitest'
import { createFrameJoiner } from '../../../../services/gateway/send-queue/join-frames.ts'

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

const join = (joiner: ReturnType<typeof createFrameJoiner>, frames: readonly Buffer[]): Buffer =>
  joiner(
    frames,
    frames.reduce((sum, { length }) => sum + length, 0),
  )

describe('The frame joiner', () => {
  it('concatenates frames in their order', () => {
    expect(join(createFrameJoiner(), [a, b, c]).toString()).toBe('abbccc')
  })

  it('returns the same bytes for consecutive sockets with the same frames', () => {
    const joiner = createFrameJoiner()
    const first = join(joiner, [a, b])
    expect(join(joiner, [a, b])).toBe(first)
  })

  it('returns other bytes for more, fewer, other or reordered frames', () => {
    const joiner = createFrameJoiner()
    const texts = [[a, b], [a, b, c], [a, c], [c, a], [c], [b, Buffer.from('bb')], [b, b]].map((frames) =>
      join(joiner, frames).toString(),
    )
    expect(texts).toEqual(['abb', 'abbccc', 'accc', 'ccca', 'ccc', 'bbbb', 'bbbb'])
  })

  it('does not copy a single frame', () => {
    expect(join(createFrameJoiner(), [a])).toBe(a)
  })
})
