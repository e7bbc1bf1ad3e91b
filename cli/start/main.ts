import { stopSignal } from './stop-signal.ts'

// A live screen says by itself that it is stopping: a line of somebody else's would break its lines.
const terminal = { isScreen: false }
// Listened for before the rest is loaded: Ctrl-C is a clean end from the first moment on.
const stop = stopSignal(() => {
  if (!terminal.isScreen) process.stderr.write('Stopping: probes in flight end …\n')
})
const { runProgram } = await import('./program.ts')
const onScreen = (): void => {
  terminal.isScreen = true
}
// Sockets that are kept alive are of no use any more, and would hold the program for a while.
process.exit(await runProgram(process.argv.slice(2), stop, onScreen))
