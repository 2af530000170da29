import type { ConfigProblem } from './config-error.ts'
import type { ServiceValues } from './settings.ts'

/** The bucket of an S3-compatible store, and the login to it. */
export interface S3Config {
  /** Undefined: that of Amazon S3 in the region. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly bucket: string
  /** Whether addresses name the bucket in their path, and not in their host. */
  readonly pathStyle: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where the contents of files are, and how files are signed. */
export interface FilesConfig {
  /** Undefined: the distributed mode has no files, and the embedded mode keeps them on disk. */
  readonly s3: S3Config | undefined
  /** The first signs files, and all are accepted. Empty: none is configured. */
  readonly secrets: readonly string[]
  /** Hours after which an upload that no message names may be removed. */
  readonly unusedHours: number
}

const login = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

/** The problems of the settings of files in combination. */
export const filesProblems = (values: ServiceValues): ConfigProblem[] => {
  const isMissing = (key: keyof ServiceValues): boolean => values[key] === undefined
  if (isMissing('S3_BUCKET')) {
    const unused = (['S3_ENDPOINT', ...login] as const).filter((key) => !isMissing(key))
    return unused.map((key) => ({ key, reason: 'needs S3_BUCKET' }))
  }
  return login.filter(isMissing).map((key) => ({ key, reason: 'must be set with S3_BUCKET' }))
}

/** Gateways of the distributed mode must sign alike, so there is no default for the secret. */
export const gatewayFilesProblems = (values: ServiceValues): ConfigProblem[] =>
  values.S3_BUCKET !== undefined && values.FILE_SECRET === undefined
    ? [{ key: 'FILE_SECRET', reason: 'must be set with S3_BUCKET in the distributed mode' }]
    : []

/** The configuration of files, of settings without problems; frozen. */
export const filesConfig = (values: ServiceValues): FilesConfig => {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId = '', S3_SECRET_ACCESS_KEY: secretAccessKey = '' } = values
  const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_PATH_STYLE: pathStyle } = values
  const s3 =
    bucket === undefined ? undefined : Object.freeze({ endpoint, region, bucket, pathStyle, accessKeyId, secretAccessKey })
  const secrets = [values.FILE_SECRET, values.FILE_SECRET_PREVIOUS].filter((secret) => secret !== undefined)
  return Object.freeze({ s3, secrets: Object.freeze(secrets), unusedHours: values.UNUSED_FILE_HOURS })
}
