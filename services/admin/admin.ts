/** A subcommand of the admin command. */
export interface Subcommand {
  readonly meaning: string
  /** The required variables, for the help text. */
  readonly needs: string
  /** The name of the argument that must follow the subcommand, for the help text; absent: there is none. */
  readonly operand?: string
  /** The optional arguments, each with its meaning. The name of one that takes a value ends in `=`, as in `--room=`. */
  readonly flags?: Readonly<Record<string, string>>
  /** Resolves to `hasFindings` if an operator must look at the output. */
  readonly run: (flags: ReadonlySet<string>, given: AdminArguments) => Promise<unknown>
}

/** The arguments of a subcommand beside its flags. */
export interface AdminArguments {
  /** Empty if the subcommand has no operand. */
  readonly operand: string
  /** The values of the arguments that take one, by their names without `=`. */
  readonly values: ReadonlyMap<string, string>
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
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length))
  const lines = Object.entries(subcommands).flatMap(([name, { meaning, needs, operand, flags = {} }]) => [
    `  ${name.padEnd(width)}  ${operand === undefined ? '' : `${operand}: `}${meaning} (needs ${needs})`,
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

interface ReadArguments extends AdminArguments {
  readonly flags: ReadonlySet<string>
  /** Arguments that the subcommand does not have. */
  readonly unknown: readonly string[]
}

const readArguments = (args: readonly string[], { operand, flags = {} }: Subcommand): ReadArguments => {
  const nameOf = (argument: string): string => (argument.includes('=') ? argument.slice(0, argument.indexOf('=') + 1) : argument)
  const isKnown = (argument: string): boolean => argument.startsWith('--') && Object.hasOwn(flags, nameOf(argument))
  const known = args.filter(isKnown)
  const others = args.filter((argument) => !isKnown(argument))
  const operands = operand === undefined ? [] : others.filter((argument) => !argument.startsWith('--')).slice(0, 1)
  const withValue = known.filter((argument) => argument.includes('='))
  return {
    flags: new Set(known.filter((argument) => !argument.includes('='))),
    values: new Map(withValue.map((argument) => [nameOf(argument).slice(0, -1), argument.slice(nameOf(argument).length)])),
    operand: operands[0] ?? '',
    unknown: others.filter((argument) => !operands.includes(argument)),
  }
}

/** Why the subcommand cannot be run with these arguments; undefined: it can. */
const misuseOf = (name: string, subcommand: Subcommand | undefined, read: ReadArguments | undefined): string | undefined => {
  if (subcommand === undefined || read === undefined) return name === '' ? 'missing subcommand' : `unknown subcommand: ${name}`
  if (read.unknown.length > 0) return `unknown argument: ${read.unknown[0]}`
  return subcommand.operand !== undefined && read.operand === '' ? `missing argument: ${subcommand.operand}` : undefined
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
  const read = subcommand && readArguments(rest, subcommand)
  const misuse = misuseOf(name, subcommand, read)
  if (misuse !== undefined || subcommand === undefined || read === undefined) {
    printError(`admin: ${misuse}\n\n${usage(subcommands)}`)
    return exitCodes.misused
  }
  try {
    const result = await subcommand.run(read.flags, read)
    return result === hasFindings ? exitCodes.hasFindings : exitCodes.done
  } catch (error) {
    printError(`admin ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}
