import type { Socket } from 'node:net'
import { type Answer, BEHAVIOURS } from '../../../infra/local/demonstration/loopback-host.ts'

export const OPENSSH = 'SSH-2.0-OpenSSH_9.9p1 Debian-3'
const BYTE_PAUSE_MS = 50

/** Servers that a prober meets, each by what it does with one who connects. */
export const HOSTILE_SERVERS = {
  healthy: BEHAVIOURS.healthy,
  slow: BEHAVIOURS.slow,
  silence: BEHAVIOURS.silent,
  'Exceeded MaxStartups': BEHAVIOURS.refusing,
  'an HTTP answer': BEHAVIOURS.not_ssh,
  'nothing listening': BEHAVIOURS.dead,
  'identification with a bare line feed, then closed': (socket) => socket.end(`${OPENSSH}\n`),
  'lines before the identification': (socket) =>
    socket.write(`Welcome\r\n\r\nto this host\r\n${OPENSSH}\r\n`),
  'a 400-byte notice first': (socket) => socket.write(`${'n'.repeat(398)}\r\n${OPENSSH}\r\n`),
  'one byte every 50 ms': (socket) => byteByByte(socket, `${OPENSSH}\r\n`),
  'SSH-1.99': (socket) => socket.write('SSH-1.99-Cisco-1.25\n'),
  'no line end, held open': (socket) => socket.write(OPENSSH),
  'no line end, closed': (socket) => socket.end(OPENSSH),
  'Not allowed at this time': (socket) => socket.end('Not allowed at this time\r\n'),
  'ESC, NUL and bad UTF-8': (socket) =>
    socket.write(Buffer.from('SSH-2.0-a\x1b[31mb\x00c\xffd\xc3\r\n', 'latin1')),
  'an HTTP answer, held open': (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'SSH-1.5': (socket) => socket.write('SSH-1.5-1.2.27\n'),
  'endless bytes': (socket) => pour(socket, Buffer.alloc(16_384, 'x')),
  'endless lines': (socket) => pour(socket, Buffer.from('still not it\r\n'.repeat(1_000))),
  'an endless identification': (socket) => {
    socket.write('SSH-2.0-')
    pour(socket, Buffer.alloc(16_384, 'x'))
  },
  'closed at once': (socket) => socket.end(),
  'reset at once': (socket) => socket.resetAndDestroy(),
} as const satisfies Record<string, Answer | 'dead'>

export type HostileServer = keyof typeof HOSTILE_SERVERS

function byteByByte(socket: Socket, text: string): void {
  let sent = 0
  socket.setNoDelay(true)
  const timer = setInterval(() => {
    socket.write(text.charAt(sent))
    sent += 1
    if (sent === text.length) clearInterval(timer)
  }, BYTE_PAUSE_MS)
  socket.once('close', () => clearInterval(timer))
}

/** Sends for as long as somebody reads. */
function pour(socket: Socket, bytes: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(bytes)) {}
  }
  socket.on('drain', more)
  more()
}
