import { describe, expect, it } from 'vitest'
import { welcome } from '../../../services/embedded/welcome.ts'
import { readConfig } from '../../../shared/runtime/config/config.ts'

const textFor = (env: Readonly<Record<string, string>>): string => {
  const { host, access } = readConfig({ AUTH_ALLOW_OFF: 'true', ...env })
  return welcome({ host, access, port: 8080, internalPort: 8081, hasPage: true })
}

const setting = 'ALLOWED_ORIGINS='

describe('The text that the embedded chat prints at its start', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8080/'],
    ['::1', 'http://[::1]:8080/'],
    ['0.0.0.0', 'http://localhost:8080/'],
    ['::', 'http://localhost:8080/'],
  ])('names an address that accepts connections without authentication on HOST=%s: %s', (host, address) => {
    const text = textFor({ HOST: host })
    expect(text).toContain(address)
    expect(text).not.toContain(setting)
  })

  it.each([
    ['192.168.1.5', 'ALLOWED_ORIGINS=http://192.168.1.5:8080'],
    ['fd00::5', 'ALLOWED_ORIGINS=http://[fd00::5]:8080'],
  ])('says which setting makes the address usable when authentication is off on HOST=%s', (host, wanted) => {
    expect(textFor({ HOST: host })).toContain(wanted)
  })

  it('names the address alone when ALLOWED_ORIGINS has it', () => {
    const text = textFor({ HOST: '192.168.1.5', ALLOWED_ORIGINS: 'http://192.168.1.5:8080' })
    expect(text).toContain('http://192.168.1.5:8080/')
    expect(text).not.toContain(setting)
  })

  it('names the address alone when tokens are required', () => {
    const text = textFor({ HOST: '192.168.1.5', AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32) })
    expect(text).not.toContain(setting)
  })
})
