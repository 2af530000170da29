import { expect, it } from 'vitest'
import { writerRig } from './writer-rig.ts'

it('tells whether it is consuming', async () => {
  const rig = await writerRig()
  expect(rig.writer.readiness().isConsuming).toBe(true)
  await rig.writer.stop()
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('stops once, however often it is asked to', async () => {
  const rig = await writerRig()
  await Promise.all([rig.writer.stop(), rig.writer.stop()])
  await rig.writer.stop()
  expect(rig.stops()).toBe(1)
})

it('fails when consuming has ended for good', async () => {
  const rig = await writerRig()
  rig.endConsuming(new Error('the consumer crashed'))
  await expect(rig.writer.failed).rejects.toThrow('the consumer crashed')
  expect(rig.writer.readiness().isConsuming).toBe(false)
})
