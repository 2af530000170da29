import { kubectl } from './kubectl.ts'

/**
 * Throws unless the current cluster is on this machine or is named explicitly: this
 * suite stops and kills pods in its namespace, and creates volumes.
 */
export const assertOwnCluster = async (env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> => {
  const context = (await kubectl(['config', 'current-context'])).trim()
  const server = (await kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'])).trim()
  if (isLocal(context, server) || env.K8S_CONTEXT === context) return
  throw new Error(`the cluster of the context "${context}" is not on this machine; set K8S_CONTEXT=${context} to use it`)
}

const isLocal = (context: string, server: string): boolean =>
  context.startsWith('kind-') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(server).hostname)
