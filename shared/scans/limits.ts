/** Bytes of XML, after unpacking. Full ARF reports of large machines are some tens of MiB. It is read as a stream. */
export const MAX_XML_BYTES = 64 * 1024 * 1024

/** Bytes of JSON, after unpacking. It is held in memory as a whole. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024

/** XML elements, or JSON objects and arrays, inside each other. Real reports stay below 30. */
export const MAX_DEPTH = 100

/** Whole SCAP guides have some 1,500 rules. */
export const MAX_RULES = 50_000
