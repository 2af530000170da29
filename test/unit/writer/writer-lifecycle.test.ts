import { expect, it } from 'vitest'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { createUser } from './users.ts'
import { writerRig } from './writer-rig.ts'

it('A writer shows in readiness whether it is consuming', async () => {
  const rig = await writerRig()
  expect(rig.writer.readiness().isConsuming).toBe(true)
  await rig.writer.stop()
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('A writer stops once when stop is called several times', async () => {
  const rig = await writerRig()
  await Promise.all([rig.writer.stop(), rig.writer.stop()])
  await rig.writer.stop()
  expect(rig.stops()).toBe(1)
})

it('A writer fails when consuming has failed for good', async () => {
  const rig = await writerRig()
  rig.endConsuming(new Error('the consumer crashed'))
  await expect(rig.writer.failed).rejects.toThrow('the consumer crashed')
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('A writer can be stopped before consuming has begun, and its start then never resolves', async () => {
  const rig = await writerRig({ isLate: true })
  await rig.writer.stop()
  // The command log rejects a `consume` that still waits when it is closed.
  rig.refuseConsuming(new Error('the command log is closed'))
  expect(await rig.hasStarted()).toBe('waiting')
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('A writer stops consuming at once if consuming begins after the stop', async () => {
  const rig = await writerRig({ isLate: true })
  await rig.writer.stop()
  rig.beginConsuming()
  expect(await rig.hasStarted()).toBe('waiting')
  expect(rig.stops()).toBe(1)
  expect(rig.writer.readiness().isConsuming).toBe(false)
})

it('A writer rejects its start with the reason why consuming could not begin', async () => {
  const rig = await writerRig({ isLate: true })
  rig.refuseConsuming(new Error('there is no such channel'))
  await expect(rig.hasStarted()).rejects.toThrow('there is no such channel')
})

it('A writer pauses after a batch if another record is expected meanwhile, so that the next batch is larger', async () => {
  const [sessionCountsed, calm] = [await writerRig({ fanOutMs: 5 }), await writerRig({ fanOutMs: 5 })]
  await calm.send(createUser(1))
  expect(calm.waits).toEqual([5])
  await sessionCountsed.send(...Array.from({ length: 100 }, (_, index) => createUser(index + 1)))
  const [, pauseMs = 0, ...others] = sessionCountsed.waits
  expect(others).toEqual([])
  expect(pauseMs).toBeGreaterThanOrEqual(5)
  expect(pauseMs).toBeLessThanOrEqual(defaultTimes.gatherMostMs)
})
