// A parent to be killed: starts the services with the compiled program, says so and stays.
const [dist] = process.argv.slice(2)
const { readSettings } = await import(`${dist}/settings/settings.js`)
const { startServices } = await import(`${dist}/services/services.js`)
const { postgres, temporal } = await startServices(readSettings())
process.send({ postgres: postgres.found, temporal: temporal.found })
setInterval(() => {}, 60_000)
