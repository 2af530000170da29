const pattern = /[#&]token=([^&]*)/

/**
 * The token that came with the address (`…/#token=…`), from the application
 * that led here. The part after `#` is never sent; it goes from the address
 * at once, so that it is neither kept in the history nor copied with a link.
 */
export const takeHandedToken = (): string | undefined => {
  const [found, token] = pattern.exec(location.hash) ?? []
  if (found === undefined) return undefined
  const rest = location.hash.replace(pattern, '')
  history.replaceState(history.state, '', location.pathname + location.search + (rest && `#${rest.replace(/^[#&]/, '')}`))
  return token || undefined
}
