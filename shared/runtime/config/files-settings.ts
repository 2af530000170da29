import { z } from 'zod'
import type { Setting } from './setting.ts'
import { flag, matching, secretText, setting, urlOf, whole } from './setting.ts'

/** The variables for the contents of files. */
export const filesSettings = {
  S3_BUCKET: setting(
    'bucket of an S3-compatible store for the contents of files; unset: the distributed mode has no files, and the embedded mode keeps them in `DATA_DIR`',
    '',
    matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket').optional(),
  ),
  S3_ENDPOINT: setting(
    'address of the store, as clients reach it: gateways only sign addresses and do not connect to it, but `admin sweep` does',
    'Amazon S3',
    urlOf('http', 'https').optional(),
  ),
  S3_REGION: setting('region of the bucket', '`us-east-1`', matching(/^[a-z0-9-]+$/, 'must be a region').default('us-east-1')),
  S3_PATH_STYLE: setting(
    '`true`: addresses name the bucket in their path; `false`: in their host, as Amazon S3 requires',
    '`true`',
    flag.default(true),
  ),
  S3_ACCESS_KEY_ID: setting('the access key for the bucket', '', z.string().optional()),
  S3_SECRET_ACCESS_KEY: setting('the secret of `S3_ACCESS_KEY_ID`', '', z.string().optional()),
  FILE_SECRET: setting(
    'key with which gateways sign files that users announce, at least 32 bytes, the same for all of them; must be set with `S3_BUCKET` in the distributed mode',
    'made in `DATA_DIR` when embedded',
    secretText.optional(),
  ),
  FILE_SECRET_PREVIOUS: setting(
    'second key that is accepted while `FILE_SECRET` changes: the next one at first, then the previous one',
    '',
    secretText.optional(),
  ),
  UNUSED_FILE_HOURS: setting(
    'hours after which `admin sweep` removes an upload that no message names',
    '`24`',
    whole(1, 8_760).default(24),
  ),
} as const satisfies Record<string, Setting>
