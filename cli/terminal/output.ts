import { createInterface } from 'node:readline/promises'
import { WriteStream } from 'node:tty'
import { replaceControlCharacters } from '../../shared/domain/control-characters.ts'

/** Where a command writes: results go to standard output, everything else to standard error. */
export type Output = {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  readonly colours: boolean
  /** Of the terminal; null where output goes elsewhere and nothing needs to be cut. */
  readonly columns: number | null
  /** Asks for a yes; null where nobody is there to give it. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
}

/** Writes to the terminal, or to whatever the shell put in its place. */
export function terminalOutput({
  stdin,
  stdout,
  stderr,
}: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>): Output {
  const terminal = stdout instanceof WriteStream ? stdout : null
  return {
    out: (line) => void stdout.write(`${line}\n`),
    // What a name, a file or a server's message holds must not steer the terminal.
    err: (line) => void stderr.write(`${replaceControlCharacters(line)}\n`),
    colours: terminal?.hasColors() ?? false,
    // Some terminals do not know how wide they are, and say 0.
    columns: terminal?.columns || null,
    confirm: stdin.isTTY && stderr.isTTY ? (question) => confirm(question, stdin, stderr) : null,
  }
}

async function confirm(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const prompt = createInterface({ input, output })
  // Ctrl-C and Ctrl-D are no yes, and leave the cursor behind the question.
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('\n')))
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `), closed])
    if (answer === '\n') output.write(answer)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}
