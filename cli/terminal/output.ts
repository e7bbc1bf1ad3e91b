import { createInterface } from 'node:readline/promises'
import { WriteStream } from 'node:tty'
import { printable } from './wording.ts'

/** Where words go: results on standard output, everything else beside it. */
export type Output = {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  readonly colours: boolean
  /** Of the terminal; null where output goes elsewhere and nothing needs to be cut. */
  readonly columns: number | null
  /** Asks for a yes; null where nobody is there to give it. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
}

export function terminalOutput({
  stdin,
  stdout,
  stderr,
}: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>): Output {
  const terminal = stdout instanceof WriteStream ? stdout : null
  return {
    out: (line) => void stdout.write(`${line}\n`),
    // What a name, a file or a server's message holds must not steer the terminal.
    err: (line) => void stderr.write(`${printable(line)}\n`),
    colours: terminal?.hasColors() ?? false,
    // Some terminals do not know, and say 0.
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
