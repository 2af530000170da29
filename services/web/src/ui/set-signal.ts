import type { Signal } from '@preact/signals'

/** A click handler that sets a signal. */
export const setTo =
  <T>(target: Signal<T>, value: T): (() => void) =>
  () => {
    target.value = value
  }

/** A click handler that inverts a signal. */
export const toggle =
  (target: Signal<boolean>): (() => void) =>
  () => {
    target.value = !target.value
  }
