import type { Burst, LeanLoadOptions } from './lean-load.ts'

/** Services that the load knows to speak to. */
export type DialectName = 'chat'

export type LoadOrder =
  | { readonly do: 'open'; readonly dialect: DialectName; readonly options: Omit<LeanLoadOptions, 'dialect'> }
  | { readonly do: 'run'; readonly burst: Burst }
  | { readonly do: 'verdict' }
  | { readonly do: 'close' }

export type LoadWord =
  | { readonly said: 'window'; readonly isOpen: boolean }
  | { readonly said: 'done'; readonly result: unknown }
  | { readonly said: 'failed'; readonly why: string }
