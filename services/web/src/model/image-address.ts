/** A picture, by its path: an address that does something else, such as to sign out, has no such ending. */
const ofPicture = /\.(avif|gif|jpe?g|png|webp)$/i

/**
 * The address of a picture that the page may load; undefined if it may not. The
 * page loads pictures of its own origin only, as its Content-Security-Policy
 * demands, and only below its own path: other users choose the address, and the
 * browser sends the cookies of this origin with the request.
 */
export const loadableImage = (image: string | undefined, page: string): string | undefined => {
  if (image === undefined || !URL.canParse(image, page)) return undefined
  const { href, pathname, search } = new URL(image, page)
  const folder = new URL('.', page).href
  return href.startsWith(folder) && ofPicture.test(pathname) && search === '' ? href : undefined
}
