/** The sentence of a setting that is refused; nothing of one that is not. */
export const refusal = (refused: boolean, sentence: string): string[] => (refused ? [sentence] : [])
