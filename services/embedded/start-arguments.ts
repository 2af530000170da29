import { ConfigError } from '../../shared/runtime/config/config-error.ts'

/** The user to erase: by the external id, or by the id that the service gave. */
export interface ErasedArgument {
  readonly user: string
  readonly isId: boolean
}

/** The work before the chat accepts connections. */
export interface StartArguments {
  readonly importedFile?: string
  readonly erased?: ErasedArgument
}

const known: Readonly<Record<string, (value: string) => StartArguments>> = {
  '--import': (importedFile) => ({ importedFile }),
  '--erase-user': (user) => ({ erased: { user, isId: false } }),
  '--erase-user-id': (user) => ({ erased: { user, isId: true } }),
}

const help = 'is no argument; there are --import=FILE.jsonl, --erase-user=EXTERNAL-ID and --erase-user-id=ID'

/** Reads the arguments of the process; of two of one kind, the last one counts. Throws `ConfigError` for any other argument. */
export const readStartArguments = (args: readonly string[]): StartArguments => {
  const read = args.map((arg) => {
    const at = arg.indexOf('=')
    const name = arg.slice(0, Math.max(0, at))
    const value = arg.slice(at + 1)
    const reader = Object.hasOwn(known, name) ? known[name] : undefined
    if (reader === undefined || value === '') throw new ConfigError([{ key: arg, reason: help }])
    return reader(value)
  })
  return Object.assign({}, ...read) as StartArguments
}
