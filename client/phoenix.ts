import { processStreams } from './output.ts'
import { runProgram } from './program.ts'

// A reader that has seen enough (`phoenix report | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
process.exitCode = await runProgram({ env: process.env, streams: processStreams() }, process.argv.slice(2))
