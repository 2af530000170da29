import type { Burst, Injected, LeanLoadOptions } from './lean-load.ts'

/** Services that the load knows to speak to. */
export type DialectName = 'chat' | 'bare' | 'socket.io'

export type LoadOptions = Omit<LeanLoadOptions, 'dialect'>

export type LoadOrder =
  | { readonly do: 'open'; readonly dialect: DialectName; readonly options: LoadOptions }
  | { readonly do: 'run'; readonly burst: Burst }
  | { readonly do: 'watch' }
  | { readonly do: 'unwatch'; readonly injected: Injected; readonly patienceMs: number }
  | { readonly do: 'verdict' }
  | { readonly do: 'close' }

/** The measured time begins, or ends. */
export interface LoadNote {
  readonly isWindowOpen: boolean
}
