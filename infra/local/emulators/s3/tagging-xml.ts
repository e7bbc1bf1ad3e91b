const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
}

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)

/** Escapes text for XML. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The tags in the body of PutObjectTagging, as the SDK writes it. */
export const parseTagging = (xml: string): Record<string, string> =>
  Object.fromEntries(
    [...xml.matchAll(/<Tag>(.*?)<\/Tag>/gs)].map(([, tag = '']) => [
      unescapeXml(/<Key>(.*?)<\/Key>/s.exec(tag)?.[1] ?? ''),
      unescapeXml(/<Value>(.*?)<\/Value>/s.exec(tag)?.[1] ?? ''),
    ]),
  )

/** The answer of GetObjectTagging. */
export function formatTagging(tags: Readonly<Record<string, string>>): string {
  const set = Object.entries(tags).map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`
}
