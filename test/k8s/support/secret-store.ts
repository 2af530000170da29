import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

/**
 * Stands in for kubectl where a script only gets and applies Secrets: they are
 * kept in the file of the first argument, by `namespace/name`.
 */

interface StoredSecret {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly type: string
  readonly data: Readonly<Record<string, string>>
}

const [file = '', ...args] = process.argv.slice(2)
const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, StoredSecret>

if (args.includes('apply')) {
  const secret = parse(readFileSync(0, 'utf8')) as StoredSecret
  stored[`${secret.metadata.namespace}/${secret.metadata.name}`] = secret
  writeFileSync(file, JSON.stringify(stored))
} else {
  const [, namespace = '', , , name = '', , format = ''] = args
  const secret = stored[`${namespace}/${name}`]
  if (secret === undefined) process.exit(args.includes('--ignore-not-found') ? 0 : 1)
  const [, key = ''] = /^jsonpath=\{\.data\.(.*)\}$/.exec(format) ?? []
  process.stdout.write(key === '' ? `secret/${name}\n` : (secret.data[key.replaceAll('\\.', '.')] ?? ''))
}
