/** A subcommand of the admin command. */
export interface Subcommand {
  readonly meaning: string
  /** The required variables, for the help text. */
  readonly needs: string
  /** The name of the argument that it requires, such as `<external id>`; absent: it takes none. */
  readonly argument?: string
  /** The optional arguments, each with its meaning. */
  readonly flags?: Readonly<Record<string, string>>
  /** Resolves to `hasFindings` if an operator must look at the output. */
  readonly run: (flags: ReadonlySet<string>, argument: string) => Promise<unknown>
}

/** The output streams of the admin command. */
export interface AdminOutput {
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/** The result of a subcommand that has run and has findings. */
export const hasFindings = Symbol('has findings')

const exitCodes = { done: 0, failed: 1, misused: 2, hasFindings: 3 } as const

const usage = (subcommands: Readonly<Record<string, Subcommand>>): string => {
  const names = Object.entries(subcommands).map(([name, { argument }]) => (argument === undefined ? name : `${name} ${argument}`))
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length))
  const lines = Object.values(subcommands).flatMap(({ meaning, needs, flags = {} }, index) => [
    `  ${names[index]?.padEnd(width)}  ${meaning} (needs ${needs})`,
    ...Object.entries(flags).map(([flag, meaning]) => `  ${''.padEnd(width)}    ${flag}  ${meaning}`),
  ])
  return [
    'Usage: npm run admin -- <subcommand>',
    '',
    ...lines,
    '',
    'Every subcommand can be repeated safely. CONFIGURATION.md lists the variables.',
    '',
  ].join('\n')
}

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h' || argument === 'help'

/** The known flags among the arguments, and the other arguments. */
const divided = (args: readonly string[], subcommand: Subcommand | undefined) => {
  const isFlag = (argument: string): boolean => Object.hasOwn(subcommand?.flags ?? {}, argument)
  return { flags: new Set(args.filter(isFlag)), others: args.filter((argument) => !isFlag(argument)) }
}

const problemOf = (name: string, subcommand: Subcommand | undefined, others: readonly string[]): string | undefined => {
  if (name === '') return 'missing subcommand'
  if (subcommand === undefined) return `unknown subcommand: ${name}`
  const [unknown] = subcommand.argument === undefined ? others : others.slice(1)
  if (unknown !== undefined) return `unknown argument: ${unknown}`
  return subcommand.argument !== undefined && others.length === 0 ? `missing argument: ${subcommand.argument}` : undefined
}

/** Runs the subcommand that the arguments name. Resolves to the exit code; never rejects. */
export const runAdmin = async (
  args: readonly string[],
  subcommands: Readonly<Record<string, Subcommand>>,
  { print, printError }: AdminOutput,
): Promise<number> => {
  const [name = '', ...rest] = args
  if (isHelp(name) || rest.some(isHelp)) {
    print(usage(subcommands))
    return exitCodes.done
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  const { flags, others } = divided(rest, subcommand)
  const problem = problemOf(name, subcommand, others)
  if (subcommand === undefined || problem !== undefined) {
    printError(`admin: ${problem}\n\n${usage(subcommands)}`)
    return exitCodes.misused
  }
  try {
    const result = await subcommand.run(flags, others[0] ?? '')
    return result === hasFindings ? exitCodes.hasFindings : exitCodes.done
  } catch (error) {
    printError(`admin ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}
