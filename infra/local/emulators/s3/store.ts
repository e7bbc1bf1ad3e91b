import { randomBytes } from 'node:crypto'

/** A version of an object; `content` is null in the marker that a deletion leaves. */
export type StoredVersion = {
  readonly versionId: string
  readonly content: Buffer | null
  readonly lastModified: Date
  tags: Readonly<Record<string, string>>
}

/** One bucket that keeps every version of its objects. */
export type ObjectStore = {
  readonly put: (key: string, content: Buffer, now: Date) => StoredVersion
  /** Leaves a marker; with a version's id it removes that version for good. */
  readonly remove: (key: string, versionId: string | null, now: Date) => void
  /** The newest version unless one is named; null where there is none. */
  readonly find: (key: string, versionId: string | null) => StoredVersion | null
}

/** What one machine keeps of objects: results files are read once. The oldest go first. */
const MAX_STORED_BYTES = 256 * 1024 * 1024

/** Creates an empty store. */
export function createObjectStore(): ObjectStore {
  const versions = new Map<string, StoredVersion[]>()
  const inOrder: { readonly key: string; readonly version: StoredVersion }[] = []
  let storedBytes = 0

  const forget = (key: string, version: StoredVersion): void => {
    const left = (versions.get(key) ?? []).filter((each) => each !== version)
    if (left.length === 0) versions.delete(key)
    else versions.set(key, left)
    storedBytes -= version.content?.length ?? 0
  }
  const add = (key: string, content: Buffer | null, lastModified: Date): StoredVersion => {
    const version = { versionId: randomBytes(16).toString('hex'), content, lastModified, tags: {} }
    versions.set(key, [...(versions.get(key) ?? []), version])
    inOrder.push({ key, version })
    storedBytes += content?.length ?? 0
    while (storedBytes > MAX_STORED_BYTES && inOrder.length > 1) {
      const oldest = inOrder.shift()
      if (oldest !== undefined) forget(oldest.key, oldest.version)
    }
    return version
  }
  const find = (key: string, versionId: string | null): StoredVersion | null => {
    const all = versions.get(key) ?? []
    const found = versionId === null ? all.at(-1) : all.find((each) => each.versionId === versionId)
    return found ?? null
  }
  return {
    put: add,
    find,
    remove: (key, versionId, now) => {
      const version = versionId === null ? null : find(key, versionId)
      if (versionId === null) add(key, null, now)
      else if (version !== null) forget(key, version)
    },
  }
}
