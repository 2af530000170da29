const pattern = /[#&]token=([^&]*)/

/**
 * Takes the token out of the address (`…/#token=…`), where another application
 * has put it. Browsers do not send the part after `#`. It is removed at once,
 * so that it is neither kept in the history nor copied with a link.
 */
export const takeHandedToken = (): string | undefined => {
  const [found, token] = pattern.exec(location.hash) ?? []
  if (found === undefined) return undefined
  const rest = location.hash.replace(pattern, '')
  history.replaceState(history.state, '', location.pathname + location.search + (rest && `#${rest.replace(/^[#&]/, '')}`))
  return token || undefined
}
