const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const longDate = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

const dayMs = 86_400_000

const daysAgo = (at: Date): number => {
  const midnight = (date: Date): number => new Date(date).setHours(0, 0, 0, 0)
  return Math.round((midnight(new Date()) - midnight(at)) / dayMs)
}

export const timeOfDay = (at: string): string => clock.format(new Date(at))

export const wholeTime = (at: string): string => full.format(new Date(at))

/** For a list: the time today, the day this week, else the date. */
export const shortTime = (at: string): string => {
  const date = new Date(at)
  const days = daysAgo(date)
  if (days <= 0) return clock.format(date)
  return days < 7 ? weekday.format(date) : shortDate.format(date)
}

/** The heading of a day. */
export const dayName = (at: string): string => {
  const date = new Date(at)
  const days = daysAgo(date)
  if (days <= 0) return 'Today'
  return days === 1 ? 'Yesterday' : longDate.format(date)
}
