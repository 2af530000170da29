import { signal } from '@preact/signals'

/** The id of the user whose dialog is open. */
export const shownPerson = signal<string | undefined>(undefined)

/** Opens the dialog of a user. */
export const showPerson = (user: string): void => {
  shownPerson.value = user
}
