/** The value of `--rate`; undefined: there is none. Throws if it is no rate. */
export const rateOf = (values: ReadonlyMap<string, string>): number | undefined => {
  const text = values.get('--rate')
  if (text === undefined) return undefined
  const rate = Number(text)
  if (!Number.isInteger(rate) || rate < 1) throw new Error('--rate must be a whole number in a second, from 1')
  return rate
}
