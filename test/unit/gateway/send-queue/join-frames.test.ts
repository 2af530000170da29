import { describe, expect, it } from 'vitest'
import { createFrameJoiner } from '../../../../services/gateway/send-queue/join-frames.ts'

const [a, b, c] = ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]

const join = (joiner: ReturnType<typeof createFrameJoiner>, frames: readonly Buffer[]): Buffer =>
  joiner(
    frames,
    frames.reduce((sum, { length }) => sum + length, 0),
  )

describe('Frames for one write', () => {
  it('are joined in their order', () => {
    expect(join(createFrameJoiner(), [a, b, c]).toString()).toBe('abbccc')
  })

  it('are the same bytes for all who have the same frames, one after the other', () => {
    const joiner = createFrameJoiner()
    const first = join(joiner, [a, b])
    expect(join(joiner, [a, b])).toBe(first)
  })

  it('are others for who has more, fewer, others or another order', () => {
    const joiner = createFrameJoiner()
    const texts = [[a, b], [a, b, c], [a, c], [c, a], [c], [b, Buffer.from('bb')], [b, b]].map((frames) =>
      join(joiner, frames).toString(),
    )
    expect(texts).toEqual(['abb', 'abbccc', 'accc', 'ccca', 'ccc', 'bbbb', 'bbbb'])
  })

  it('that is alone is not copied', () => {
    expect(join(createFrameJoiner(), [a])).toBe(a)
  })
})
