import { parseSync } from 'rolldown/utils'

/** A node of an ESTree, with its position in the source text. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

export const parseModule = (file: string, source: string): SyntaxNode => {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  return program as unknown as SyntaxNode
}

export const childrenOf = (node: SyntaxNode): readonly SyntaxNode[] => Object.values(node).flat().filter(isNode)

/** The node and all nodes below it. */
export const descendantsOf = (node: SyntaxNode): readonly SyntaxNode[] => [node, ...childrenOf(node).flatMap(descendantsOf)]

/** The child in a field; throws if there is none. */
export const child = (node: SyntaxNode, field: string): SyntaxNode => {
  const value = node[field]
  if (!isNode(value)) throw new Error(`${node.type} has no ${field}`)
  return value
}

/** The name of an identifier, or the text of a string literal. */
export const nameOf = (node: SyntaxNode): unknown => (node.type === 'Literal' ? node.value : node.name)

/** Whether the node contains an identifier or a string literal with this name. */
export const mentions = (node: SyntaxNode, name: string): boolean => descendantsOf(node).some((each) => nameOf(each) === name)

const functionTypes: ReadonlySet<string> = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'])

/** The functions and methods of that name. */
export const functionsNamed = (program: SyntaxNode, name: string): readonly SyntaxNode[] =>
  descendantsOf(program).flatMap((node) => {
    const [key, value] = [node.id ?? node.key, node.init ?? node.value ?? node]
    const isNamed = isNode(key) && nameOf(key) === name
    return isNamed && isNode(value) && functionTypes.has(value.type) ? [value] : []
  })

/** The name of the called function: `c` in `a.b.c()`. */
export const calleeOf = (node: SyntaxNode): unknown => {
  if (node.type !== 'CallExpression') return undefined
  const callee = child(node, 'callee')
  return nameOf(callee.type === 'MemberExpression' ? child(callee, 'property') : callee)
}
