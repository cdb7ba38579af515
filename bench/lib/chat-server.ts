// A Socket.IO server with its defaults and the websocket transport, which hands what a socket says to its room: the
// process that ours is measured against. Prints its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

const http = createServer()
const io = new Server(http, { transports: ['websocket'] })
io.on('connection', (socket) => {
  const room = String(socket.handshake.query.room)
  socket.join(room)
  socket.on('m', (payload) => socket.to(room).emit('m', payload))
})
http.listen(0, '127.0.0.1', () => process.stdout.write(`${(http.address() as AddressInfo).port}\n`))
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit(0))
