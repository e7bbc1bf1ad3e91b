/**
 * A router, and hosts with an SSH port behind it: a program for a network namespace beside that of the prober.
 * Runs `ip` with the arguments that it is sent, and answers when that is done.
 */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { listen } from '../servers/listen.ts'

const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.end('SSH-2.0-OpenSSH_9.9\r\n')
})
const port = await listen(server, '::')

// A router that does not forward says nothing of what it cannot forward either.
writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1')
// One message a second to each sender is what it would say by default.
writeFileSync('/proc/sys/net/ipv4/icmp_ratelimit', '0')
writeFileSync('/proc/sys/net/ipv6/icmp/ratelimit', '0')

process.on('message', (command: string) => {
  execFileSync('ip', command.split(' '))
  process.send?.('done')
})
process.once('disconnect', () => process.exit(0))
process.send?.(port)
