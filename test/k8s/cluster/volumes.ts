import { pinnedImages } from '../../../infra/docker/pinned-images.ts'
import { until } from '../../support/poll.ts'
import { getAll, getOne, kubectl } from './kubectl.ts'

const isDefault = 'storageclass.kubernetes.io/is-default-class'
const label = 'app.kubernetes.io/part-of=chat-test'
const names = ['chat-test-a', 'chat-test-b']
const { redis: image = '' } = pinnedImages().services

const volume = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, labels: { 'app.kubernetes.io/part-of': 'chat-test' } },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: `/var/lib/chat-test/${name}` },
  },
})

const job = (command: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'chat-test-volumes', namespace: 'default' },
  spec: {
    backoffLimit: 2,
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'volumes',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['sh', '-c', command],
            volumeMounts: [{ name: 'host', mountPath: '/host' }],
          },
        ],
        volumes: [{ name: 'host', hostPath: { path: '/var/lib/chat-test', type: 'DirectoryOrCreate' } }],
      },
    },
  },
})

const onNode = async (command: string): Promise<void> => {
  await kubectl(['delete', 'job', 'chat-test-volumes', '-n', 'default', '--ignore-not-found'])
  await kubectl(['apply', '-f', '-'], JSON.stringify(job(command)))
  const isDone = async () => (await getOne('job', 'chat-test-volumes', '-n', 'default')).status?.succeeded === 1
  await until('folders on the node', isDone, { withinMs: 60_000, everyMs: 500 })
  await kubectl(['delete', 'job', 'chat-test-volumes', '-n', 'default'])
}

/** Creates volumes from folders of the node if the cluster has no storage class. Returns a function that removes them. */
export const provideVolumes = async (): Promise<() => Promise<void>> => {
  const classes = await getAll('storageclass')
  if (classes.some(({ metadata }) => metadata.annotations?.[isDefault] === 'true')) return async () => {}
  const remove = async (): Promise<void> => {
    await kubectl(['delete', 'persistentvolume', '-l', label, '--ignore-not-found'])
    await onNode(`rm -rf ${names.map((name) => `/host/${name}`).join(' ')}`)
  }
  await remove()
  const folders = names.map((name) => `/host/${name}`).join(' ')
  await onNode(`mkdir -p ${folders} && chmod 777 ${folders}`)
  await kubectl(['apply', '-f', '-'], names.map((name) => JSON.stringify(volume(name))).join('\n---\n'))
  return remove
}
