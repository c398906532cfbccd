// Unleash with its frontend API, without the limit that it has for one address.
import unleash from 'unleash-server'

const server = unleash.start ? unleash : unleash.default
await server.start({
  databaseUrl: process.env.DATABASE_URL,
  server: { port: Number(process.env.PORT), host: '127.0.0.1', enableRequestLogger: false },
  frontendApiOrigins: ['*'],
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
