/** The source of a set of schemas, and the kinds that we use. */
export interface Source {
  /** The name of the schema file in this folder. */
  readonly name: string
  readonly kinds: readonly string[]
}

export interface OpenApiSource extends Source {
  readonly module: string
  /** The folder of OpenAPI documents in the module, one for each API group and version. */
  readonly folder: string
}

export interface ModuleCrds extends Source {
  readonly module: string
  readonly files: readonly string[]
}

/** Kinds are written `group/version/Kind`; the core group is `core`. */
export const kubernetes: OpenApiSource = {
  name: 'kubernetes',
  module: 'k8s.io/kubernetes@v1.34.4',
  folder: 'api/openapi-spec/v3',
  kinds: [
    'core/v1/ConfigMap',
    'core/v1/Namespace',
    'core/v1/Secret',
    'core/v1/Service',
    'core/v1/ServiceAccount',
    'apps/v1/Deployment',
    'apps/v1/StatefulSet',
    'batch/v1/CronJob',
    'batch/v1/Job',
    'autoscaling/v2/HorizontalPodAutoscaler',
    'networking.k8s.io/v1/Ingress',
    'networking.k8s.io/v1/NetworkPolicy',
    'policy/v1/PodDisruptionBudget',
    'scheduling.k8s.io/v1/PriorityClass',
  ],
}

export const moduleCrds: readonly ModuleCrds[] = [
  {
    name: 'cloudnative-pg',
    module: 'github.com/cloudnative-pg/cloudnative-pg@v1.28.0',
    files: ['postgresql.cnpg.io_clusters.yaml', 'postgresql.cnpg.io_scheduledbackups.yaml'].map(
      (file) => `config/crd/bases/${file}`,
    ),
    kinds: ['postgresql.cnpg.io/v1/Cluster', 'postgresql.cnpg.io/v1/ScheduledBackup'],
  },
  {
    name: 'barman-cloud',
    module: 'github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0',
    files: ['config/crd/bases/barmancloud.cnpg.io_objectstores.yaml'],
    kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  },
  {
    name: 'keda',
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    files: ['keda.sh_scaledobjects.yaml', 'keda.sh_triggerauthentications.yaml'].map((file) => `config/crd/bases/${file}`),
    kinds: ['keda.sh/v1alpha1/ScaledObject', 'keda.sh/v1alpha1/TriggerAuthentication'],
  },
  {
    name: 'gateway-api',
    module: 'sigs.k8s.io/gateway-api@v1.6.3',
    files: ['gateway.networking.k8s.io_gateways.yaml', 'gateway.networking.k8s.io_httproutes.yaml'].map(
      (file) => `config/crd/standard/${file}`,
    ),
    kinds: ['gateway.networking.k8s.io/v1/Gateway', 'gateway.networking.k8s.io/v1/HTTPRoute'],
  },
  {
    name: 'prometheus-operator',
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['prometheusrules', 'servicemonitors', 'podmonitors'].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
    kinds: ['PrometheusRule', 'ServiceMonitor', 'PodMonitor'].map((kind) => `monitoring.coreos.com/v1/${kind}`),
  },
]

/** The Maven artifacts of Strimzi contain no schemas, but the classes and the generator that create them. */
export const strimzi = {
  name: 'strimzi',
  generator: 'io.strimzi.crdgenerator.CrdGenerator',
  classes: {
    'kafka.yaml': 'io.strimzi.api.kafka.model.kafka.Kafka',
    'pool.yaml': 'io.strimzi.api.kafka.model.nodepool.KafkaNodePool',
    'user.yaml': 'io.strimzi.api.kafka.model.user.KafkaUser',
  },
  kinds: ['kafka.strimzi.io/v1/Kafka', 'kafka.strimzi.io/v1/KafkaNodePool', 'kafka.strimzi.io/v1/KafkaUser'],
} as const
