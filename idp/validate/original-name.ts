import type { NameField } from '../../domain/idp-checks.ts'
import type { Keywords } from './keywords.ts'

/** The whole name must match. */
export const namePattern = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)

/** What a field of ORIGFILE should be by the header of the raw frame; undefined if that does not tell. */
export function expectedField(
  { keyword, form }: NameField,
  raw: Keywords,
  arm: string | undefined,
): string | undefined {
  const name = typeof keyword === 'string' ? keyword : keyword[arm ?? '']
  if (name === undefined) return undefined
  switch (form.as) {
    case 'text':
      return raw.written(name)
    case 'stamp':
      return /\d{4}-\d\d-\d\dT[\d:]+\.\d+(?=\.fits$|$)/.exec(raw.text(name) ?? '')?.[0]
    case 'number': {
      const value = raw.number(name)
      return value === undefined ? undefined : String(Math.round(value * form.factor)).padStart(form.digits, '0')
    }
    case 'choice': {
      const value = raw.written(name)
      return value === undefined ? undefined : (form.texts[value] ?? '')
    }
  }
}
