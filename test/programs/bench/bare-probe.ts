import { connect } from 'node:net'

/**
 * The ceiling: connect, read the first bytes, close. It ends when the socket is closed: what closing costs is
 * part of a probe, and would otherwise be counted as the next one's.
 */
export const bareProbe = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', autoSelectFamily: false })
    socket.once('data', () => socket.destroy())
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })
