const firstSeed = Number(process.env.SIMULATION_SEED ?? 1)

/**
 * The seeds of a simulation, in as many parts, so that a failure line names one.
 * `SIMULATION_SEED=7 SIMULATION_RUNS=1` replays one run.
 */
export const seedParts = (parts: number, usualRuns: number): readonly (readonly number[])[] => {
  const runs = Number(process.env.SIMULATION_RUNS ?? usualRuns)
  const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index)
  return Array.from({ length: parts }, (_, part) => seeds.filter((_seed, index) => index % parts === part)).filter(
    ({ length }) => length > 0,
  )
}

/** The problems of all runs, each with its seed. */
export const problemsOfRuns = async (
  seeds: Iterable<number>,
  run: (seed: number) => Promise<{ readonly problems: readonly string[] }>,
): Promise<string[]> => {
  const problems: string[] = []
  for (const seed of seeds) for (const problem of (await run(seed)).problems) problems.push(`seed ${seed}: ${problem}`)
  return problems
}

/** Whether one of the first seeds shows a problem. */
export const isDetected = async (
  most: number,
  run: (seed: number) => Promise<{ readonly problems: readonly string[] }>,
): Promise<boolean> => {
  for (let seed = 1; seed <= most; seed += 1) if ((await run(seed)).problems.length > 0) return true
  return false
}
