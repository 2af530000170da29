/** A placeholder in `becomes` and `body` for the text that is replaced. */
export const originalText = '<original>'

/**
 * A change inside the function `in`. A name is an identifier or the text of a string literal.
 * Of several nested matches, the innermost is meant.
 */
export type Change =
  /** The call of the function with this name is replaced by `becomes`; `undefined` by default. */
  | { readonly call: string; readonly becomes?: string }
  /** Removes the operand of `&&`, `||` or `??` that contains the name. `beside` is another name in the same chain of operands. */
  | { readonly operand: string; readonly beside?: string }
  /** Removes the `if` statement that contains the name. */
  | { readonly guard: string }
  /** Removes the property with this name from an object, or replaces it by `becomes`. */
  | { readonly property: string; readonly becomes?: string }
  /** The conditional expression that contains the name always has its first value. */
  | { readonly conditional: string }
  /** The function has this body instead. */
  | { readonly body: string }

/** A module without one of its defences. The defence is found by names, so that the code around it may change. */
export type Mutant = Change & {
  /** The rule that the mutant breaks. */
  readonly rule: string
  /** The path of the module in the repository. */
  readonly module: string
  /** The function or method that holds the defence. */
  readonly in: string
  /** A seed that detects it, tried first where few seeds do. */
  readonly shownBy?: number
}
