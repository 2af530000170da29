import type { Random } from '../simulation/random.ts'

const pausesMs = [20, 100, 250, 500, 1_000] as const

/** A random pause before a device reconnects, which grows with the number of failed attempts. */
export const growingPause =
  (random: Random) =>
  (failures: number): number =>
    (pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0) * (0.5 + random.next())
