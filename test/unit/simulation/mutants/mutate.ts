import type { Change, Mutant } from './mutant.ts'
import { originalText } from './mutant.ts'
import type { SyntaxNode } from './syntax-tree.ts'
import { calleeOf, child, descendantsOf, functionsNamed, mentions, nameOf, parseModule } from './syntax-tree.ts'

/** A node, and its replacement: a text, or one of its own parts. */
type Edit = readonly [node: SyntaxNode, replacement: string | SyntaxNode]

const onlyOne = <Item>(items: readonly Item[], what: string): Item => {
  const [item] = items
  if (items.length !== 1 || item === undefined) throw new Error(`${what} exists ${items.length} times`)
  return item
}

const contains = (outer: SyntaxNode, inner: SyntaxNode): boolean =>
  outer !== inner && outer.start <= inner.start && inner.end <= outer.end

const innermost = (nodes: readonly SyntaxNode[]): readonly SyntaxNode[] =>
  nodes.filter((node) => !nodes.some((other) => contains(node, other)))

const isLogical = ({ type }: SyntaxNode): boolean => type === 'LogicalExpression'

/** Replaces a logical expression by one of its two operands. */
const withoutOperand = (nodes: readonly SyntaxNode[], { operand, beside }: Extract<Change, { operand: string }>): Edit => {
  const logical = nodes.filter(isLogical)
  const chainOf = (node: SyntaxNode): SyntaxNode => logical.find((other) => contains(other, node)) ?? node
  const sides = logical
    .filter((node) => beside === undefined || mentions(chainOf(node), beside))
    .map((node) => ({ node, left: child(node, 'left'), right: child(node, 'right') }))
    .flatMap(({ node, left, right }) => [
      { node, dropped: left, kept: right },
      { node, dropped: right, kept: left },
    ])
    .filter(({ dropped }) => mentions(dropped, operand))
  const least = innermost(sides.map(({ dropped }) => dropped))
  const { node, kept } = onlyOne(
    sides.filter(({ dropped }) => least.includes(dropped)),
    `the operand ${operand}`,
  )
  return [node, kept]
}

const withoutGuard = (nodes: readonly SyntaxNode[], guard: string): Edit => {
  const guards = nodes.filter((node) => node.type === 'IfStatement' && mentions(node, guard))
  return [onlyOne(innermost(guards), `the guard ${guard}`), ';']
}

const withProperty = (nodes: readonly SyntaxNode[], name: string, becomes = '...undefined'): Edit => {
  const objects = nodes.filter(({ type }) => type === 'ObjectExpression').flatMap(({ properties }) => properties as SyntaxNode[])
  const named = objects.filter((node) => node.type === 'Property' && nameOf(child(node, 'key')) === name)
  return [onlyOne(named, `the property ${name}`), becomes]
}

const alwaysFirst = (nodes: readonly SyntaxNode[], name: string): Edit => {
  const all = nodes.filter((node) => node.type === 'ConditionalExpression' && mentions(node, name))
  const conditional = onlyOne(innermost(all), `the conditional ${name}`)
  return [conditional, child(conditional, 'consequent')]
}

const withCall = (nodes: readonly SyntaxNode[], name: string, becomes?: string): Edit => {
  const calls = nodes.filter((node) => calleeOf(node) === name)
  return [onlyOne(calls, `the call ${name}`), becomes === undefined ? 'void 0' : `(${becomes})`]
}

const editOf = (fn: SyntaxNode, change: Change): Edit => {
  const body = child(fn, 'body')
  if ('body' in change) return [body, `{ ${change.body} }`]
  const nodes = descendantsOf(body)
  if ('call' in change) return withCall(nodes, change.call, change.becomes)
  if ('operand' in change) return withoutOperand(nodes, change)
  if ('guard' in change) return withoutGuard(nodes, change.guard)
  if ('property' in change) return withProperty(nodes, change.property, change.becomes)
  return alwaysFirst(nodes, change.conditional)
}

/** The source without the defence. Throws unless the named part exists exactly once. */
export const mutate = (source: string, mutant: Mutant): string => {
  const textOf = ({ start, end }: SyntaxNode): string => source.slice(start, end)
  try {
    const program = parseModule(mutant.module, source)
    const [node, replacement] = editOf(onlyOne(functionsNamed(program, mutant.in), 'the function'), mutant)
    const text = typeof replacement === 'string' ? replacement.replace(originalText, () => textOf(node)) : textOf(replacement)
    return source.slice(0, node.start) + text + source.slice(node.end)
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    throw new Error(`no mutant of ${mutant.in} in ${mutant.module}: ${reason}`, { cause: error })
  }
}
