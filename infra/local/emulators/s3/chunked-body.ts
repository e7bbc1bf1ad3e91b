const LINE_END = '\r\n'

/**
 * Takes a body of the SDK's and the AWS CLI's own encoding apart, `aws-chunked`: chunks with their sizes in hexadecimal,
 * then lines with the checksum (Amazon S3 API Reference, "Transferring payload with multiple chunks"). Neither
 * signatures nor checksums are checked.
 */
export function decodeChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = []
  let offset = 0
  for (;;) {
    const lineEnd = body.indexOf(LINE_END, offset)
    if (lineEnd < 0) break
    const size = Number.parseInt(body.toString('latin1', offset, lineEnd), 16)
    if (Number.isNaN(size) || size === 0) break
    const start = lineEnd + LINE_END.length
    chunks.push(body.subarray(start, start + size))
    offset = start + size + LINE_END.length
  }
  return Buffer.concat(chunks)
}
