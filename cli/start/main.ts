import { stopSignal } from './stop-signal.ts'

// Listened for before the rest is loaded: Ctrl-C is a clean end from the first moment on.
const stop = stopSignal(() => process.stderr.write('Stopping: probes in flight end …\n'))
const { runProgram } = await import('./program.ts')
// Sockets that are kept alive are of no use any more, and would hold the program for a while.
process.exit(await runProgram(process.argv.slice(2), stop))
