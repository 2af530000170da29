import { signal } from '@preact/signals'

/** A message that its chat scrolls to when it is open. */
export const foundMessage = signal<{ readonly room: string; readonly id: string } | undefined>(undefined)
