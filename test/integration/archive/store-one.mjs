// A process to be killed: stores one file with the compiled program and says what the archive has of it.
const [dist, address, archiveName, path] = process.argv.slice(2)
const { NgasArchive } = await import(`${dist}/archive/ngas.js`)
const archive = new NgasArchive({ address, settleSeconds: 8, limits: { tries: 20, pauseSeconds: 0.01 } })
await archive.store(archiveName, path)
process.send(await archive.readBack(archiveName))
process.disconnect()
