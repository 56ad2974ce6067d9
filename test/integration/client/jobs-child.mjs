// A process to be killed: works through the JOB_FILE of its settings with the compiled program, and passes on what it says.
const [dist] = process.argv.slice(2)
const { readSettings } = await import(`${dist}/settings/settings.js`)
const { withRecord } = await import(`${dist}/client/context.js`)
const { workThroughJobs } = await import(`${dist}/client/work-through-jobs.js`)
const settings = readSettings()
const say = (line) => process.send(line)
const until = new AbortController().signal
await withRecord(settings, (database) => workThroughJobs(settings, database, { anyTime: true, say, warn: say, until }))
