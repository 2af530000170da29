import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import { earliestExpiryS } from './certificate-expiry.ts'

/** A certificate file, and its value of the label `file`. */
export interface CertificateFile {
  readonly label: string
  readonly path: string | undefined
}

/** Creates the metric of the expiry of certificates. Each scrape reads the files again, because they are renewed while the process runs. */
export const createCertificateMetrics = (registry: Registry, files: readonly CertificateFile[]): Gauge<'file'> =>
  new Gauge({
    name: 'chat_certificate_expiry_seconds',
    help: 'Unix time at which the first certificate of a TLS file expires; 0 if the file cannot be read',
    labelNames: ['file'],
    registers: [registry],
    collect() {
      for (const { label, path } of files) if (path !== undefined) this.set({ file: label }, earliestExpiryS(path) ?? 0)
    },
  })
