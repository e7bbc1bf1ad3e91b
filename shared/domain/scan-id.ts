import { uuidV5 } from './uuid-v5.ts'

/** Of scan ids that are derived from files alone, drawn once by chance. */
const NAMESPACE = 'b7d1a0c4-52e6-4f0b-9a2c-6f1e4d7c3a58'

/** The id of a scan whose file has none: the same content for the same host is the same scan, wherever it comes from. */
export const deriveScanId = (hostId: string, sha256: string): string =>
  uuidV5(NAMESPACE, `${hostId} ${sha256}`)
