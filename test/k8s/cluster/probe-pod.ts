import { kubectl } from './kubectl.ts'

/** Code that tries to connect; a connection that a policy drops gets no answer. */
const script = (host: string, port: number): string => `
const socket = require('net').connect({ host: '${host}', port: ${port} })
const end = (text) => { console.log(text); process.exit(0) }
socket.once('connect', () => end('open'))
socket.once('error', (error) => end(error.code === 'ECONNREFUSED' ? 'refused' : 'closed'))
setTimeout(() => end('closed'), 4000)
`

const podOf = (name: string, namespace: string, labels: Readonly<Record<string, string>>, code: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'probe',
        image: 'chat-service:dev',
        imagePullPolicy: 'IfNotPresent',
        // Delayed, because policies apply to a new pod after a moment.
        command: ['/usr/local/bin/node', '-e', `setTimeout(() => { ${code} }, 3000)`],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
})

let number = 0

export interface Way {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly host: string
  readonly port: number
}

/** Tries a connection from a pod with these labels. */
export const tryWay = async ({ namespace, labels, host, port }: Way): Promise<string> => {
  number += 1
  const name = `probe-${number}`
  await kubectl(['apply', '-f', '-'], JSON.stringify(podOf(name, namespace, labels, script(host, port))))
  try {
    await kubectl(['-n', namespace, 'wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=120s'])
    return (await kubectl(['-n', namespace, 'logs', name])).trim()
  } finally {
    await kubectl(['-n', namespace, 'delete', 'pod', name, '--wait=false'])
  }
}
