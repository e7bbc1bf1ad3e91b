import { runProgram } from './program.ts'

// Sockets that the SDK keeps alive are of no use any more, and would hold the program for a while.
process.exit(await runProgram(process.argv.slice(2)))
