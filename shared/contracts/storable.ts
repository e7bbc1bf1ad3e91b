import * as z from 'zod'

/** Offsets carry a time beyond the four digits of a year, and there PostgreSQL reads no ISO 8601. */
const EARLIEST_MS = 0
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z')

/** Whether PostgreSQL takes a time as JavaScript writes it; what is earlier than 1970 is nobody's time here. */
export const isStorableTime = (time: Date): boolean =>
  time.getTime() >= EARLIEST_MS && time.getTime() < LATEST_MS

/** Whether PostgreSQL takes a text: it stores no NUL, and in JSON no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** Text that can be looked for in the database. */
export const storableText = (): z.ZodString => z.string().refine(isStorableText, 'must be text without NUL')

/** An RFC 3339 time that can be looked for in the database. */
export const storableTime = (): z.ZodISODateTime =>
  z.iso
    .datetime({ offset: true })
    .refine((text) => isStorableTime(new Date(text)), 'must be in the years 1970 to 9999')
