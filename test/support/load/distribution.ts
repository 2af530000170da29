import type { Random } from '../simulation/random.ts'

/** Draws random whole numbers of a distribution. */
export type Distribution = (random: Random) => number

const forms = 'a number ("20"), a range ("2-50"), or "zipf:MOST" (many small, few of MOST)'

const atLeastOne = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${text}" is not a whole number from 1; wanted: ${forms}`)
  return value
}

/** Throws an error that lists the accepted forms. */
export const parseDistribution = (text: string): Distribution => {
  if (text.startsWith('zipf:')) {
    const most = atLeastOne(text.slice(5))
    // The quantile function of a density of 1/x over [1, most + 1).
    return (random) => Math.min(most, Math.floor((most + 1) ** random.next()))
  }
  const [low = '', high = low, ...more] = text.split('-')
  if (more.length > 0) throw new Error(`"${text}" is no distribution; wanted: ${forms}`)
  const [least, most] = [atLeastOne(low), atLeastOne(high)]
  if (most < least) throw new Error(`"${text}": the range is upside down`)
  return (random) => least + random.below(most - least + 1)
}
