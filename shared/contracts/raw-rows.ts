/** A row of a fleet file as the file has it, before it is checked. `line` counts from 1. */
export type RawRow = { readonly line: number; readonly value: unknown }

/** What is wrong in one line of a fleet file. `line` counts from 1. */
export type LineFault = { readonly line: number; readonly message: string }

/** What the reader of a format finds in a text: the rows, their columns, and what is wrong with the format itself. */
export type RawRows = {
  readonly rows: readonly RawRow[]
  /** The names of all columns, known and unknown ones, each once. */
  readonly columns: readonly string[]
  readonly faults: readonly LineFault[]
  /** What the user should know about the file as a whole, a line each. */
  readonly notes?: readonly string[]
}
