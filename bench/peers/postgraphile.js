// PostGraphile over the tables of the launch.
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const service = makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['public'] })
const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafserv: { graphqlPath: '/graphql', watch: false },
  grafast: { explain: false },
}
const server = createServer((request, response) => {
  if (request.url === '/ready') response.end('ok')
})
const own = server.listeners('request')[0]
const serv = postgraphile(preset).createServ(grafserv)
await serv.addTo(server)
const theirs = server.listeners('request').filter((listener) => listener !== own)
server.removeAllListeners('request')
server.on('request', (request, response) => {
  if (request.url === '/ready') own(request, response)
  else for (const listener of theirs) listener(request, response)
})
server.on('error', (error) => { console.error(error); process.exit(1) })
server.listen(Number(process.env.PORT), '127.0.0.1')
