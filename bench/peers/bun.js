// Bun's own publish: one identical message to all sockets that subscribed to a topic, as the floor of a fan-out.
import { RedisClient } from 'bun'

const frame = (text, id) => `{"id":"${id}","type":"next","payload":{"data":{"viewerFlags":${text}}}}`
let newest = process.env.SNAPSHOT

const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: '127.0.0.1',
  fetch(request, server) {
    const headers = { 'sec-websocket-protocol': 'graphql-transport-ws' }
    return server.upgrade(request, { headers }) ? undefined : new Response('ok')
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 60,
    message(socket, text) {
      const { type, id } = JSON.parse(text)
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
      if (type !== 'subscribe') return
      socket.send(frame(newest, id))
      socket.subscribe('flags')
    },
  },
})
const redis = new RedisClient(process.env.REDIS_URL.replace(/^unix:/, 'redis+unix:'))
await redis.connect()
await redis.subscribe('bench:flags', (text) => {
  newest = text
  server.publish('flags', frame(text, '00000000-0000-4000-8000-000000000000'))
})
