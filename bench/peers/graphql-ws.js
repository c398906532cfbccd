// graphql-ws on ws: a stream fed from Valkey.
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const schema = buildSchema(`
  type Value { key: String! value: Boolean! }
  type Viewer { version: Int! etag: String! flags: [Value!]! }
  type Query { nothing: Int }
  type Subscription { viewerFlags(deviceId: String): Viewer! }
`)
const waiting = new Set()
let newest = JSON.parse(process.env.SNAPSHOT)

async function* viewerFlags() {
  yield { viewerFlags: newest }
  let wake
  const queue = []
  const listener = (found) => { queue.push(found); wake?.() }
  waiting.add(listener)
  try {
    for (;;) {
      while (queue.length) yield { viewerFlags: queue.shift() }
      await new Promise((resolve) => { wake = resolve })
    }
  } finally {
    waiting.delete(listener)
  }
}

const redis = new Redis(process.env.REDIS_URL)
await redis.subscribe('bench:flags')
redis.on('message', (_, text) => {
  newest = JSON.parse(text)
  for (const listener of waiting) listener(newest)
})
const server = createServer((_, response) => response.end('ok'))
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })
useServer({ schema, roots: { subscription: { viewerFlags } } }, sockets)
server.listen(Number(process.env.PORT), '127.0.0.1')
