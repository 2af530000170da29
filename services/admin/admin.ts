/** One thing that the admin command can do. */
export interface Subcommand {
  readonly meaning: string
  /** The variables that it cannot do without, for people to read. */
  readonly needs: string
  /** What may follow its name, each with its meaning. */
  readonly flags?: Readonly<Record<string, string>>
  /** `found`: it has run, and there is something for people to look at. */
  readonly run: (flags: ReadonlySet<string>) => Promise<unknown>
}

export interface AdminOutput {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

export const found = Symbol('found')

const exitCodes = { done: 0, failed: 1, misused: 2, found: 3 } as const

const usage = (subcommands: Readonly<Record<string, Subcommand>>): string => {
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length))
  const lines = Object.entries(subcommands).flatMap(([name, { meaning, needs, flags = {} }]) => [
    `  ${name.padEnd(width)}  ${meaning} (needs ${needs})`,
    ...Object.entries(flags).map(([flag, says]) => `  ${''.padEnd(width)}    ${flag}  ${says}`),
  ])
  return [
    'Usage: npm run admin -- <subcommand>',
    '',
    ...lines,
    '',
    'Each may be run again at any time. CONFIGURATION.md lists the variables.',
    '',
  ].join('\n')
}

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h' || argument === 'help'

/** Runs the subcommand that the arguments name; resolves with the exit code and never rejects. */
export const runAdmin = async (
  args: readonly string[],
  subcommands: Readonly<Record<string, Subcommand>>,
  { print, complain }: AdminOutput,
): Promise<number> => {
  const [name = '', ...rest] = args
  if (isHelp(name) || rest.some(isHelp)) {
    print(usage(subcommands))
    return exitCodes.done
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  const extra = rest.find((flag) => !Object.hasOwn(subcommand?.flags ?? {}, flag))
  if (subcommand === undefined || extra !== undefined) {
    const unknown = subcommand === undefined ? `subcommand: ${name}` : `argument: ${extra}`
    complain(`admin: ${name === '' ? 'which subcommand?' : `unknown ${unknown}`}\n\n${usage(subcommands)}`)
    return exitCodes.misused
  }
  try {
    const ended = await subcommand.run(new Set(rest))
    return ended === found ? exitCodes.found : exitCodes.done
  } catch (error) {
    complain(`admin ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}
