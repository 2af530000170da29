/** An address that listens on everything is reached by the local one. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** What a person who started it wants to know. */
export const welcome = (host: string, port: number, internalPort: number, hasPage: boolean): string => {
  const at = `${reachable(host)}:${port}`
  const url = `ws://${at}/ws`
  return [
    '',
    `  The chat is ready at ${hasPage ? `http://${at}/` : url}`,
    '',
    '  Or try the protocol from a second terminal:',
    '',
    `    npx wscat -c ${url}`,
    '    {"event":"create-user","id":"1","body":{"user":{"externalUserId":"ann","name":"Ann"}}}',
    '',
    `  The README goes on from there. Probes and metrics are on port ${internalPort}. Ctrl-C stops it.`,
    '',
    '',
  ].join('\n')
}
