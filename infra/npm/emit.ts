import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../native/run-command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The compiler keeps `.ts` extensions in declarations. */
const withJsImports = (declarations: string): string =>
  declarations.replaceAll(/(from |import\()(['"])(\.[^'"]+)\.ts\2/g, '$1$2$3.js$2')

/** CommonJS, for `require` and for TypeScript projects whose output is CommonJS. */
export const commonJs = { module: 'commonjs', moduleResolution: 'bundler', verbatimModuleSyntax: false } as const

/**
 * Compiles these files and all that they import to JavaScript and declarations,
 * in the same layout as below `from`, because Node refuses `.ts` files inside
 * `node_modules`.
 */
export const emit = async (
  entries: readonly string[],
  outDir: string,
  from = 'shared',
  options: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const source = join(root, from)
  const config = join(outDir, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    outDir: '.',
    rootDir: source,
    typeRoots: [join(root, 'node_modules/@types')],
    ...options,
  }
  const files = entries.map((entry) => join(source, entry))
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }))
  await runCommand(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config])
  rmSync(config)
  for (const name of globSync('**/*.d.ts', { cwd: outDir })) {
    const path = join(outDir, name)
    writeFileSync(path, withJsImports(readFileSync(path, 'utf8')))
  }
}
