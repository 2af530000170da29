import type { Redis } from 'ioredis'

/** Consecutive slots of one master. */
export interface SlotRange {
  readonly first: number
  readonly last: number
  /** The URL of the master. */
  readonly url: string
}

/** The slots and nodes of a cluster, as reported by one node. */
export interface ClusterMap {
  readonly ranges: readonly SlotRange[]
  /** The URLs of all nodes, including replicas, for the next request. */
  readonly nodes: readonly string[]
}

type Node = readonly [host: string | null, port: number, ...rest: unknown[]]

/** The URL of a node, with credentials, TLS and options of the URL that was asked. A node that does not know its own host omits it. */
const urlOf = (asked: string, [host, port]: Node): string => {
  const url = new URL(asked)
  if (host) url.hostname = host.includes(':') ? `[${host}]` : host
  url.port = String(port)
  return url.href
}

const askOne = async (url: string, open: (url: string) => Promise<Redis>): Promise<ClusterMap> => {
  const guide = await open(url)
  try {
    const answer = await guide.cluster('SLOTS')
    if (answer.length === 0) throw new Error('the node is not part of a cluster')
    const rows = answer.map(([first, last, ...nodes]) => ({ first, last, urls: nodes.map((node) => urlOf(url, node as Node)) }))
    return {
      ranges: rows.map(({ first, last, urls: [master = url] }) => ({ first, last, url: master })),
      nodes: rows.flatMap(({ urls }) => urls),
    }
  } finally {
    guide.disconnect()
  }
}

/**
 * Asks the configured node; without an answer, asks all nodes known from earlier
 * at the same time. The configured node comes first, because an address that was
 * learnt may belong to another cluster by now.
 */
export const readClusterMap = async (
  url: string,
  known: readonly string[],
  open: (url: string) => Promise<Redis>,
): Promise<ClusterMap> => {
  try {
    return await askOne(url, open)
  } catch (error) {
    return await Promise.any(known.map((node) => askOne(node, open))).catch(() => {
      throw error
    })
  }
}
