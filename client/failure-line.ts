import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { ArchiveUnauthorized, FileRefused } from '../archive/archive.ts'
import { InfrastructureError, OutcomeError, PreconditionError } from '../domain/failure.ts'
import { EXIT, type ExitCode } from './exit-code.ts'

export interface FailureLine {
  readonly line: string
  readonly code: ExitCode
}

/**
 * What a person reads of a failure: one line, and the exit code. The stack of a defect goes into `<logFolder>/phoenix.log`; null when
 * there is no such folder, then it is part of the text.
 */
export function failureLine(error: unknown, logFolder: string | null): FailureLine {
  if (error instanceof PreconditionError) return { line: oneLine(error.message), code: EXIT.usage }
  if (error instanceof InfrastructureError || error instanceof OutcomeError) {
    return { line: oneLine(withCause(error)), code: EXIT.failed }
  }
  if (error instanceof ArchiveUnauthorized || error instanceof FileRefused) {
    return { line: oneLine(error.message), code: EXIT.failed }
  }
  if (isConnectionLost(error)) return { line: `the database is away: ${messageOf(error)}`, code: EXIT.failed }
  return { line: `${messageOf(error)}: this is a defect of phoenix${keepStack(error, logFolder)}`, code: EXIT.failed }
}

/** The server has gone or goes (PostgreSQL's classes 08 and 57P), or nobody listens. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost)
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') {
    return (
      /^(08|57P)/.test(error.code) ||
      ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'].includes(error.code)
    )
  }
  return /Connection terminated|timeout exceeded when trying to connect/.test(error.message)
}

function withCause(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error) || error.message.includes(cause.message)) return error.message
  return `${error.message}: ${cause.message}`
}

function keepStack(error: unknown, logFolder: string | null): string {
  if (logFolder !== null) {
    try {
      mkdirSync(logFolder, { recursive: true })
      const path = join(logFolder, 'phoenix.log')
      pino({ base: { pid: process.pid } }, pino.destination({ dest: path, sync: true })).error(
        { err: error, command: process.argv.slice(2) },
        'defect',
      )
      return `; its stack is in ${path}`
    } catch {
      // A log that cannot be written must not hide what it was to hold.
    }
  }
  return error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : ''
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? oneLine(error.message) : String(error)
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}
