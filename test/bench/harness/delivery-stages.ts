/** Stages of `chat_delivery_seconds`, in the order in which a message reaches them. */
const stages = ['handed', 'acknowledged', 'fetched', 'begun', 'stored', 'published', 'passed', 'written'] as const

type Stage = (typeof stages)[number]

/** Mean age of a message at each stage, in milliseconds. */
export type StageAges = Readonly<Record<Stage, number>>

interface Sums {
  readonly count: number
  readonly seconds: number
}

type Scrape = Readonly<Record<Stage, Sums>>

const numberIn = (text: string, stage: Stage, part: 'sum' | 'count'): number => {
  const [, value] = new RegExp(`^chat_delivery_seconds_${part}\\{stage="${stage}"\\} (\\S+)$`, 'm').exec(text) ?? []
  return Number(value ?? 0)
}

const scrape = async (internalUrls: readonly string[]): Promise<Scrape> => {
  const texts = await Promise.all(internalUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()))
  const sum = (stage: Stage, part: 'sum' | 'count'): number => texts.reduce((all, text) => all + numberIn(text, stage, part), 0)
  const entries = stages.map((stage) => [stage, { count: sum(stage, 'count'), seconds: sum(stage, 'sum') }])
  return Object.fromEntries(entries) as Scrape
}

/** Starts a measurement; the returned function ends it. */
export const measureStages = async (internalUrls: readonly string[]): Promise<() => Promise<StageAges>> => {
  const before = await scrape(internalUrls)
  return async () => {
    const after = await scrape(internalUrls)
    const ageOf = (stage: Stage): number =>
      (1_000 * (after[stage].seconds - before[stage].seconds)) / Math.max(1, after[stage].count - before[stage].count)
    return Object.fromEntries(stages.map((stage) => [stage, ageOf(stage)])) as StageAges
  }
}

export const stagesText = (ages: StageAges): string => stages.map((stage) => `${stage} ${ages[stage].toFixed(1)}`).join(', ')
