import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig'
import { PreconditionError } from '../domain/failure.ts'

/** Where Temporal is and how to speak with it. */
export interface TemporalSettings {
  /** A Temporal server that somebody else runs; null: our own. */
  readonly temporalAddress: string | null
  readonly temporalNamespace: string
  /** TLS, API key and such of a given server, for Connection and NativeConnection alike; the address is among them. */
  readonly temporalConnection: ClientConnectConfig['connectionOptions']
}

/**
 * Reads Temporal's own variables and its profile file (`TEMPORAL_CONFIG_FILE`, default
 * `~/.config/temporalio/temporal.toml`; `TEMPORAL_PROFILE`), as every Temporal program does.
 * Throws PreconditionError where a profile that was asked for cannot be read.
 */
export function readTemporalSettings(values: Record<string, string>): TemporalSettings {
  const { connectionOptions, namespace } = load(values)
  return {
    temporalAddress: connectionOptions.address ?? null,
    temporalNamespace: namespace ?? 'default',
    temporalConnection: connectionOptions,
  }
}

function load(values: Record<string, string>): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: values })
  } catch (error) {
    const variable = values['TEMPORAL_PROFILE'] === undefined ? 'TEMPORAL_CONFIG_FILE' : 'TEMPORAL_PROFILE'
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new PreconditionError(`${variable}=${values[variable] ?? '(default)'}: ${reason}`, { cause: error })
  }
}
