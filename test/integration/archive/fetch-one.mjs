// A process to be killed: fetches one file with the compiled program and says so.
const [dist, address, fileName, target] = process.argv.slice(2)
const { HttpArchive } = await import(`${dist}/archive/http.js`)
const limits = { tries: 20, pauseSeconds: 0.01 }
process.send(await new HttpArchive({ address, limits }).fetch('raw', fileName, target))
process.disconnect()
