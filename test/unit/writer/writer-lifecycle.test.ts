import { expect, it } from 'vitest'
import { defaultTimes } from '../../../shared/runtime/times.ts'
import { createUser } from './users.ts'
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

it('stops while consuming has not begun, and whoever started it does not go on', async () => {
  const rig = await writerRig({ isLate: true })
  await rig.writer.stop()
  // As the command log ends it.
  rig.refuseConsuming(new Error('the command log is closed'))
  expect(await rig.hasStarted()).toBe('waiting')
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('leaves at once what begins after it was stopped', async () => {
  const rig = await writerRig({ isLate: true })
  await rig.writer.stop()
  rig.beginConsuming()
  expect(await rig.hasStarted()).toBe('waiting')
  expect(rig.stops()).toBe(1)
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('says why consuming could not begin', async () => {
  const rig = await writerRig({ isLate: true })
  rig.refuseConsuming(new Error('there is no such topic'))
  await expect(rig.hasStarted()).rejects.toThrow('there is no such topic')
})

it('rests behind a batch when it is busy, so that the next one is larger', async () => {
  const [busy, calm] = [await writerRig({ busy: 1 }), await writerRig({ busy: 0.2 })]
  for (const rig of [busy, calm]) await rig.send(createUser(1))
  expect(busy.waits).toEqual([defaultTimes.gatherMostMs])
  expect(calm.waits).toEqual([])
})
