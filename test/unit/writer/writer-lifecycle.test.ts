import { expect, it } from 'vitest'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
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

it('pauses after a batch when another record is expected meanwhile, so that the next batch is larger', async () => {
  const [sessionCountsed, calm] = [await writerRig({ fanOutMs: 5 }), await writerRig({ fanOutMs: 5 })]
  await calm.send(createUser(1))
  expect(calm.waits).toEqual([5])
  await sessionCountsed.send(...Array.from({ length: 100 }, (_, index) => createUser(index + 1)))
  const [, pauseMs = 0, ...others] = sessionCountsed.waits
  expect(others).toEqual([])
  expect(pauseMs).toBeGreaterThanOrEqual(5)
  expect(pauseMs).toBeLessThanOrEqual(defaultTimes.gatherMostMs)
})
