import type { Burst, Injected, LeanLoadOptions } from './lean-load.ts'

/** The services whose protocol the load supports. */
export type DialectName = 'chat' | 'bare' | 'socket.io'

export type LoadOptions = Omit<LeanLoadOptions, 'dialect'>

export type LoadOrder =
  | { readonly do: 'open'; readonly dialect: DialectName; readonly options: LoadOptions }
  | { readonly do: 'run'; readonly burst: Burst }
  | { readonly do: 'watch' }
  | { readonly do: 'unwatch'; readonly injected: Injected; readonly patienceMs: number }
  | { readonly do: 'verdict' }
  | { readonly do: 'close' }

/** The beginning or the end of the measured time. */
export interface LoadNote {
  readonly isWindowOpen: boolean
}
