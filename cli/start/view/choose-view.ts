import { WriteStream } from 'node:tty'
import type { Command } from '../command-line.ts'
import { createLiveScreen } from './live-screen.ts'
import { createPlainView } from './plain.ts'
import type { View } from './view.ts'

const NO_VIEW: View = { loading: () => {}, update: () => {}, close: () => {} }

/** Chooses how a run is shown: in place on a terminal, as plain lines in a pipe, and one pass not at all. */
export function chooseView(command: Command, stdout: NodeJS.Process['stdout'], onScreen: () => void): View {
  if (command.once) return NO_VIEW
  if (stdout instanceof WriteStream && !command.verbose) {
    return createLiveScreen(stdout, command.fleetFile ?? 'demonstration', command.speed, onScreen)
  }
  return createPlainView((line) => stdout.write(`${line}\n`), performance.now.bind(performance))
}
