/** Control and format characters, and line and paragraph separators: none of them has a place in a name. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Whether a text has a character that would steer the terminal which shows it. */
export const hasControlCharacters = (text: string): boolean => text.search(CONTROL_CHARACTERS) !== -1

/** Replaces each character that would steer a terminal by U+FFFD. Names come from files and databases. */
export const replaceControlCharacters = (text: string): string => text.replace(CONTROL_CHARACTERS, '\uFFFD')
