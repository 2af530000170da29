import { defaultLimits } from '../../../../shared/protocol/limits.ts'

/** Throws a sentence for the user if a name is longer than the service accepts. */
export const checkLength = (label: string, text: string): void => {
  const { nameChars } = defaultLimits
  if (text.length > nameChars) throw new Error(`${label} has ${text.length} characters; at most ${nameChars} are possible.`)
}
