import { today } from '../model/today.ts'

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const shortDateOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const longDate = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const longDateOfYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

const dayMs = 86_400_000

/** A component that calls it renders again after midnight. */
const daysAgo = (at: Date): number => Math.round((today.value - new Date(at).setHours(0, 0, 0, 0)) / dayMs)

export const timeOfDay = (at: string): string => clock.format(new Date(at))

export const wholeTime = (at: string): string => full.format(new Date(at))

const isThisYear = (date: Date): boolean => date.getFullYear() === new Date(today.value).getFullYear()

/** For a list: today's time, the weekday of the last days, or the date, with the year if it is not this year. */
export const shortTime = (at: string): string => {
  const date = new Date(at)
  const days = daysAgo(date)
  if (days <= 0) return clock.format(date)
  if (days < 7) return weekday.format(date)
  return (isThisYear(date) ? shortDate : shortDateOfYear).format(date)
}

/** The heading of a day. */
export const dayName = (at: string): string => {
  const date = new Date(at)
  const days = daysAgo(date)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return (isThisYear(date) ? longDate : longDateOfYear).format(date)
}
