import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../../../infra/native/run-command.ts'

/** A server's key and certificate, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Both in one file, as Kafka wants them. */
  readonly both: string
}

/** Signs certificates, in files of a folder. */
export interface Authority {
  readonly ca: string
  /** `names` as in a subjectAltName: `DNS:…`, `IP:…`. */
  issue(name: string, names: readonly string[], days?: number): Promise<Certificate>
}

const keyed = (days = 2): string[] => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', `${days}`]

/** Makes one with OpenSSL. */
export const makeAuthority = async (folder: string, name = 'authority', validDays = 2): Promise<Authority> => {
  const [ca, caKey] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  await runCommand('openssl', ['req', '-x509', ...keyed(validDays), '-keyout', caKey, '-out', ca, '-subj', `/CN=${name}`])
  return {
    ca,
    issue: async (subject, names, days) => {
      const [cert, key, both] = ['crt', 'key', 'both'].map((end) => join(folder, `${subject}.${end}`)) as [string, string, string]
      const signed = ['-CA', ca, '-CAkey', caKey, '-subj', `/CN=${subject}`, '-addext', `subjectAltName=${names.join(',')}`]
      const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE']
      await runCommand('openssl', ['req', '-x509', ...keyed(days), ...signed, ...leaf, '-keyout', key, '-out', cert])
      writeFileSync(both, `${readFileSync(key, 'utf8')}${readFileSync(cert, 'utf8')}`)
      return { cert, key, both }
    },
  }
}
