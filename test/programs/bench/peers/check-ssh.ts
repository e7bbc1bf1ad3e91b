import { execFile } from 'node:child_process'

const TIMEOUT_SECONDS = 5

/** Runs the plugin once: it finds the host up if it ends with 0. */
export const checkSsh = (program: string, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    execFile(program, ['-4', '-t', String(TIMEOUT_SECONDS), '-p', String(port), '127.0.0.1'], (error) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve(error === null)
    })
  })
