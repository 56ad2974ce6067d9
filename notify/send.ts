import { spawn } from 'node:child_process'
import { InfrastructureError } from '../domain/failure.ts'

const PATIENCE_MS = 60_000
const KEPT_CHARACTERS = 2_000

/**
 * Gives a message (a Message, as it is kept) to the operator's command as JSON on its standard input. The command is a program with its arguments, without a shell.
 * @throws InfrastructureError when it cannot be started, takes more than a minute or ends with another code than 0
 */
export async function send(command: readonly [string, ...string[]], message: unknown): Promise<void> {
  const [program, ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_CHARACTERS)
    })
    // A command that does not read its input ends with a code; that its pipe is broken tells no more.
    child.stdin.on('error', () => undefined)
    child.on('error', (cause) =>
      reject(new InfrastructureError(`${program} cannot be started: ${cause.message}`, { cause })),
    )
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      const how = signal === null ? `exit code ${code}` : `killed by ${signal}`
      const why = said.trim().split('\n').at(-1) ?? ''
      reject(new InfrastructureError(`${program}: ${how}${why === '' ? '' : `: ${why}`}`))
    })
    child.stdin.end(`${JSON.stringify(message)}\n`)
  })
}
