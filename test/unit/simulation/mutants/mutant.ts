/** Stands in `becomes` and `body` for the text that is replaced. */
export const originalText = '<original>'

/**
 * What is changed inside the named function. A name is an identifier or the text of a string literal.
 * Of several nested matches, the innermost is meant.
 */
export type Change =
  /** The call of a function of that name gives `becomes`, by default undefined. */
  | { readonly call: string; readonly becomes?: string }
  /** The operand of `&&`, `||` or `??` that mentions the name is left out. `beside` is a name that its chain mentions as well. */
  | { readonly operand: string; readonly beside?: string }
  /** The `if` statement that mentions the name is left out. */
  | { readonly guard: string }
  /** The property of that name is left out of an object, or is replaced by `becomes`. */
  | { readonly property: string; readonly becomes?: string }
  /** The conditional expression that mentions the name always gives its first value. */
  | { readonly conditional: string }
  /** The function has this body instead. */
  | { readonly body: string }

/** A defence taken out of a module. The names address it, so that the module may be written anew around it. */
export type Mutant = Change & {
  /** The sentence that is no longer true. */
  readonly rule: string
  /** The path of the module in the repository. */
  readonly module: string
  /** The function or method that holds the defence. */
  readonly in: string
}
