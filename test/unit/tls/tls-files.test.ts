import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCertificateMetrics } from '../../../infra/tls/certificate-metrics.ts'
import { readTlsFiles } from '../../../infra/tls/tls-files.ts'
import type { Authority, Certificate } from '../../security/secured/services/authority.ts'
import { makeAuthority } from '../../security/secured/services/authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'tls-files-'))
const file = (name: string): string => join(folder, name)

/** As Kubernetes replaces a file of a Secret: at once. */
const replace = (name: string, from: string): string => {
  copyFileSync(from, file('next'))
  renameSync(file('next'), file(name))
  return file(name)
}

let authority: Authority
let [one, two]: Certificate[] = []

beforeAll(async () => {
  authority = await makeAuthority(folder)
  ;[one, two] = [await authority.issue('one', ['DNS:one']), await authority.issue('two', ['DNS:two'])]
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the TLS files', () => {
  it('are read again after a change, by each copy of the material', () => {
    const ca = replace('ca.crt', one?.cert ?? '')
    const material = readTlsFiles({ ca, cert: undefined, key: undefined }, 'KAFKA_CA')
    const before = { ...material }
    expect({ ...material }).toEqual(before)
    replace('ca.crt', two?.cert ?? '')
    expect(Object.keys(material)).toEqual(['ca'])
    expect(Object.assign({}, material)).not.toEqual(before)
  })

  it('keep their last valid content while a certificate and its key do not fit together', () => {
    const [cert, key] = [replace('tls.crt', one?.cert ?? ''), replace('tls.key', one?.key ?? '')]
    const material = readTlsFiles({ ca: undefined, cert, key }, 'KAFKA_CERT')
    const before = { ...material }
    replace('tls.crt', two?.cert ?? '')
    expect({ ...material }).toEqual(before)
    replace('tls.key', two?.key ?? '')
    expect({ ...material }).not.toEqual(before)
  })

  it('keep their last valid content while a file is missing', () => {
    const ca = replace('ca.crt', one?.cert ?? '')
    const material = readTlsFiles({ ca, cert: undefined, key: undefined }, 'REDIS_CA')
    const before = { ...material }
    rmSync(ca)
    expect({ ...material }).toEqual(before)
  })

  it('must be readable at the start: the error names the variable', () => {
    expect(() => readTlsFiles({ ca: file('none'), cert: undefined, key: undefined }, 'REDIS_CA')).toThrow(/REDIS_CA.*ca/)
  })
})

describe('the metric of the expiry of certificates', () => {
  const values = async (path: string | undefined) => {
    const registry = new Registry()
    const metric = createCertificateMetrics(registry, [{ label: 'kafka_ca', path }])
    return (await metric.get()).values.map(({ value, labels }) => [labels.file, value])
  }

  it('is the time of the first expiry in a file of several certificates', async () => {
    const [long, short] = [await authority.issue('long', ['DNS:long'], 30), await authority.issue('short', ['DNS:short'], 2)]
    writeFileSync(file('bundle'), `${readFileSync(long.cert, 'utf8')}${readFileSync(short.cert, 'utf8')}`)
    const [[label, expiryS] = []] = await values(file('bundle'))
    expect(label).toBe('kafka_ca')
    const days = (Number(expiryS) - Date.now() / 1_000) / 86_400
    expect(days).toBeGreaterThan(1.9)
    expect(days).toBeLessThanOrEqual(2)
  })

  it('is 0 for a file that cannot be read, and absent without a file', async () => {
    expect(await values(file('none'))).toEqual([['kafka_ca', 0]])
    expect(await values(undefined)).toEqual([])
  })
})
