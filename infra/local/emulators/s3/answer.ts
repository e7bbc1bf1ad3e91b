import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeChunks } from './chunked-body.ts'
import type { ObjectStore, StoredVersion } from './store.ts'
import { escapeXml, formatTagging, parseTagging } from './tagging-xml.ts'

export type S3Deps = {
  readonly bucket: string
  readonly store: ObjectStore
  readonly now: () => Date
  readonly onPut: (key: string, version: StoredVersion) => void
}

/** A file that S3 takes in one request may have 5 GB; a results file is read up to 64 MiB. */
const MAX_BODY_BYTES = 128 * 1024 * 1024

/** What S3 refuses a request with. */
class S3Error extends Error {
  readonly status: number

  constructor(code: string, status: number) {
    super(code)
    this.name = code
    this.status = status
  }
}

type Target = { readonly key: string; readonly versionId: string | null; readonly isTagging: boolean }

/** Answers one request for an object, by path: `/<bucket>/<key>`. */
export async function answer(
  deps: S3Deps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = parseTarget(deps.bucket, request.url ?? '/')
    if (target.isTagging) await answerTagging(deps, target, request, response)
    else await answerObject(deps, target, request, response)
  } catch (error) {
    const { name, status } = error instanceof S3Error ? error : new S3Error('InternalError', 500)
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${name}</Code><Message>${escapeXml(String(error))}</Message></Error>`
    if (!request.readableEnded) request.resume()
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(request.method === 'HEAD' ? '' : body)
  }
}

function parseTarget(bucket: string, url: string): Target {
  const { pathname, searchParams } = new URL(url, 'http://local')
  const [, first = '', ...rest] = pathname.split('/')
  if (decodeURIComponent(first) !== bucket) throw new S3Error('NoSuchBucket', 404)
  const key = rest.map(decodeURIComponent).join('/')
  if (key === '') throw new S3Error('NotImplemented', 501)
  return { key, versionId: searchParams.get('versionId'), isTagging: searchParams.has('tagging') }
}

async function answerObject(
  deps: S3Deps,
  { key, versionId }: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { store, now } = deps
  switch (request.method) {
    case 'PUT': {
      const version = store.put(key, await readBody(request), now())
      response.writeHead(200, createHeaders(version)).end()
      return deps.onPut(key, version)
    }
    case 'GET':
    case 'HEAD': {
      const version = found(store, key, versionId)
      const { content } = version
      // A deletion hides the object; by its id the marker itself cannot be read.
      if (content === null) throw new S3Error(versionId === null ? 'NoSuchKey' : 'MethodNotAllowed', 404)
      response.writeHead(200, { ...createHeaders(version), 'content-length': content.length })
      response.end(request.method === 'HEAD' ? undefined : content)
      return
    }
    case 'DELETE':
      store.remove(key, versionId, now())
      response.writeHead(204).end()
      return
    default:
      throw new S3Error('NotImplemented', 501)
  }
}

async function answerTagging(
  { store }: S3Deps,
  { key, versionId }: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const version = found(store, key, versionId)
  if (version.content === null) throw new S3Error('MethodNotAllowed', 405)
  const headers = { 'x-amz-version-id': version.versionId }
  if (request.method === 'PUT') {
    version.tags = parseTagging((await readBody(request)).toString('utf8'))
    response.writeHead(200, headers).end()
  } else if (request.method === 'GET') {
    response
      .writeHead(200, { ...headers, 'content-type': 'application/xml' })
      .end(formatTagging(version.tags))
  } else throw new S3Error('NotImplemented', 501)
}

function found(store: ObjectStore, key: string, versionId: string | null): StoredVersion {
  const version = store.find(key, versionId)
  if (version === null) throw new S3Error(versionId === null ? 'NoSuchKey' : 'NoSuchVersion', 404)
  return version
}

const createHeaders = ({ content, versionId, lastModified }: StoredVersion) => ({
  etag: `"${createHash('md5')
    .update(content ?? '')
    .digest('hex')}"`,
  'x-amz-version-id': versionId,
  'last-modified': lastModified.toUTCString(),
})

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new S3Error('EntityTooLarge', 400)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  return String(request.headers['content-encoding']).includes('aws-chunked') ? decodeChunks(body) : body
}
