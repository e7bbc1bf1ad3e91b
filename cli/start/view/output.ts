import { WriteStream } from 'node:tty'
import { counted, plainNumber } from '../../terminal/wording.ts'
import type { Command } from '../command-line.ts'
import { createLiveScreen } from './live-screen.ts'
import { createPlainView } from './plain.ts'
import type { View } from './view.ts'

/** Where the program's words go: results on standard output, everything else beside it. */
export type Output = {
  readonly write: (text: string) => void
  readonly colours: boolean
  readonly note: (line: string) => void
  readonly fault: (line: string) => void
  readonly onProgress: (done: number, total: number) => void
  readonly view: (command: Command) => View
}

export function createOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output {
  const beside = (line: string): void => {
    stderr.write(`${line}\n`)
  }
  return {
    write: (text) => {
      stdout.write(text)
    },
    colours: stdout instanceof WriteStream && stdout.hasColors(),
    note: beside,
    fault: beside,
    onProgress: (done, total) => {
      if (stderr.isTTY && total > done) beside(`probed ${plainNumber(done)} of ${counted(total, 'host')}`)
    },
    view: (command) => {
      const title = command.fleetFile ?? 'demonstration'
      if (command.once) return { loading: () => {}, update: () => {}, close: () => {} }
      if (stdout instanceof WriteStream && !command.verbose)
        return createLiveScreen(stdout, title, command.speed)
      return createPlainView((line) => stdout.write(`${line}\n`), performance.now.bind(performance))
    },
  }
}
