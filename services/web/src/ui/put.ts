import type { Signal } from '@preact/signals'

/** What to do on a click that only changes what is shown. */
export const put =
  <T>(target: Signal<T>, value: T): (() => void) =>
  () => {
    target.value = value
  }

export const toggle =
  (target: Signal<boolean>): (() => void) =>
  () => {
    target.value = !target.value
  }
