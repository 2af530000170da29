import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** When the first of the certificates of a PEM file expires, in seconds since 1970; undefined if none can be read. */
export const earliestExpiryS = (file: string): number | undefined => {
  try {
    const certificates = readFileSync(file, 'utf8').match(block) ?? []
    const ends = certificates.map((pem) => new X509Certificate(pem).validToDate.getTime() / 1_000)
    return ends.length === 0 ? undefined : Math.min(...ends)
  } catch {
    return undefined
  }
}
