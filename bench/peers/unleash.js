// Unleash with its frontend API, in a schema of its own beside the tables of the launch.
import pg from 'pg'
import { start } from 'unleash-server'

const SCHEMA = 'unleash'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`)
await client.end()

await start({
  databaseUrl: process.env.DATABASE_URL,
  databaseSchema: SCHEMA,
  db: { schema: SCHEMA, ssl: false },
  server: { port: Number(process.env.PORT), host: '127.0.0.1', enableRequestLogger: false },
  authentication: {
    type: 'none',
    initApiTokens: [
      { environment: 'development', projects: ['*'], secret: '*:development.bench-frontend',
        type: 'frontend', tokenName: 'bench-frontend' },
      { environment: '*', projects: ['*'], secret: '*:*.bench-admin',
        type: 'admin', tokenName: 'bench-admin' },
    ],
  },
  versionCheck: { enable: false },
  telemetry: false,
  logLevel: 'error',
})
