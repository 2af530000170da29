// Runs a program of this project, with all that its Node needs: node run.js <file> [argument…].
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import './shared/runtime/require-node.js'

const [node, , file = '', ...rest] = process.argv
const program = resolve(file)
// As if Node had been started with the program itself.
process.argv = [node, program, ...rest]
await import(pathToFileURL(program).href)
