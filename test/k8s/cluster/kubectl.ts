import { execFile } from 'node:child_process'
import type { KubernetesObject } from '../support/objects.ts'

/** An object in the cluster. */
export interface LiveObject extends KubernetesObject {
  readonly status?: Readonly<Record<string, unknown>>
}

/** Runs kubectl on the cluster of the current KUBECONFIG. Returns its output; an error contains both outputs. */
export const kubectl = (args: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}\n${stdout}`))
    })
    // A command that ends without reading its input reports a failure by its status.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })

export const getAll = async (kind: string, ...args: string[]): Promise<readonly LiveObject[]> =>
  (JSON.parse(await kubectl(['get', kind, '-o', 'json', ...args])) as { readonly items: readonly LiveObject[] }).items

export const getOne = async (kind: string, name: string, ...args: string[]): Promise<LiveObject> =>
  JSON.parse(await kubectl(['get', kind, name, '-o', 'json', ...args])) as LiveObject
