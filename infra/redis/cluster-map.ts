import type { Redis } from 'ioredis'

export interface SlotRange {
  readonly first: number
  readonly last: number
  /** Of the master that holds them. */
  readonly url: string
}

/** Who holds which slots, as one node tells it. */
export interface ClusterMap {
  readonly ranges: readonly SlotRange[]
  /** Every node, replicas too: whom to ask next time. */
  readonly nodes: readonly string[]
}

type Node = readonly [host: string | null, port: number, ...rest: unknown[]]

/** Credentials, TLS and options stay. A node that does not know its own host leaves it out: it is where we asked. */
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
    if (answer.length === 0) throw new Error('the node knows of no cluster')
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
 * Asks the configured node, and only without an answer those known from
 * earlier, all at once: what was configured may be gone by now, but an address
 * that was learnt may belong to another cluster by now.
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
