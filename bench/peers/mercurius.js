// mercurius with its JIT: the queries of bench.peers, and a stream fed from Valkey.
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import mercurius from 'mercurius'
import { clientsOf, flags, grouped, phase, phaseFlags, suppliers } from './data.js'

const schema = `
  type Flag { id: ID! key: String! name: String! enabled: Boolean! rolloutPercentage: Float!
    targetGroups: [String!]! clientVisible: Boolean! version: Int! updatedAt: String! }
  type Flags { nodes: [Flag!]! }
  type PhaseFlag { targetPercentage: Float position: Int! flag: Flag! }
  type Phase { id: ID! key: String! name: String! status: String! position: Int!
    flags: [PhaseFlag!]! }
  type Client { id: ID! coupleNames: String! email: String weddingDate: String status: String! }
  type Clients { nodes: [Client!]! }
  type Supplier { id: ID! email: String! businessName: String vendorType: String
    clients(first: Int!): Clients! }
  type Suppliers { nodes: [Supplier!]! }
  type Value { key: String! value: Boolean! }
  type Viewer { version: Int! etag: String! flags: [Value!]! }
  type Query {
    featureFlags(first: Int!, after: String): Flags!
    launchPhase(id: ID!): Phase
    suppliers(first: Int!): Suppliers!
  }
  type Subscription { viewerFlags(deviceId: String): Viewer! }
`
let newest = { viewerFlags: JSON.parse(process.env.SNAPSHOT) }

async function* after(first, rest) {
  yield first
  yield* rest
}

const resolvers = {
  Flag: { updatedAt: (row) => row.updatedAt.toISOString() },
  Query: {
    featureFlags: async (_, { first, after }) => ({ nodes: await flags(first, after) }),
    launchPhase: (_, { id }) => phase(id),
    suppliers: async (_, { first }) => ({ nodes: await suppliers(first) }),
  },
  Subscription: {
    viewerFlags: {
      subscribe: async (_, __, { pubsub }) => after(newest, await pubsub.subscribe('flags')),
    },
  },
}
const loaders = {
  Phase: {
    async flags(queries) {
      const ids = queries.map(({ obj }) => obj.id)
      const found = grouped(await phaseFlags(ids), 'phaseId', ids)
      return found.map((links) => links.map((row) => ({
        targetPercentage: row.targetPercentage, position: row.place, flag: row })))
    },
  },
  Supplier: {
    async clients(queries) {
      const ids = queries.map(({ obj }) => obj.id)
      const found = grouped(await clientsOf(ids, queries[0].params.first), 'supplierId', ids)
      return found.map((nodes) => ({ nodes }))
    },
  },
}

const app = Fastify()
await app.register(mercurius, { schema, resolvers, loaders, jit: 1, subscription: true })
app.get('/ready', async () => 'ok')
const redis = new Redis(process.env.REDIS_URL)
await redis.subscribe('bench:flags')
redis.on('message', (_, text) => {
  newest = { viewerFlags: JSON.parse(text) }
  app.graphql.pubsub.publish({ topic: 'flags', payload: newest })
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
