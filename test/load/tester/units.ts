const msOf = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 } as const

/** `250ms`, `60s`, `5m`, `1h`; throws an error that names the option. */
export const parseDuration = (option: string, text: string): number => {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(text) ?? []
  if (number === '') throw new Error(`${option}: "${text}" is not a duration; write 250ms, 60s, 5m or 1h`)
  return Number(number) * msOf[unit as keyof typeof msOf]
}

export const parseCount = (option: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < least || value > most)
    throw new Error(`${option}: "${text}" is not a number from ${least} to ${most}`)
  return value
}

/** A share: `20%` or `0.2`. */
export const parseShare = (option: string, text: string): number => {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  if (!(value >= 0 && value <= 1)) throw new Error(`${option}: "${text}" is not a share; write 20% or 0.2`)
  return value
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

export const percentText = (share: number): string => `${(share * 100).toFixed(share < 0.01 && share > 0 ? 2 : 0)} %`

export const msText = (ms: number): string => {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms >= 100) return `${whole(ms)} ms`
  return ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`
}

export const clockText = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** `90s`, as an option accepts it. */
export const durationText = (ms: number): string => (ms % 60_000 === 0 && ms > 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`)

/** For the marks of an axis, which are round numbers. */
export const axisText = (ms: number): string =>
  ms >= 1_000 ? `${Number((ms / 1_000).toFixed(2))} s` : `${Number(ms.toFixed(2))} ms`

/** A number with its noun, which gets an ending if there are several: `1 process`, `2 processes`. */
export const counted = (count: number, noun: string, ending = 's'): string => `${count} ${noun}${count === 1 ? '' : ending}`
