import { afterEach, expect, test, vi } from 'vitest'
import { Access } from '../../monitor/server/access.ts'

afterEach(() => vi.useRealTimers())

test('a session is not the token, and every start has another token', () => {
  const access = new Access()
  const session = access.signIn(access.token, 'Ada')
  expect(access.operatorOf(session?.id ?? '')).toBe('Ada')
  expect(session?.id).not.toBe(access.token)
  expect(new Access().token).not.toBe(access.token)
  expect(Buffer.from(access.token, 'base64url').byteLength).toBe(32)
})

test('a wrong token gives none, however long it is', () => {
  const access = new Access()
  for (const wrong of ['', 'x', `${access.token}x`, access.token.slice(1), 'ä'.repeat(43)]) {
    expect(access.signIn(wrong, 'Eve')).toBeNull()
  }
})

test('a session ends after its time, or when it is signed out', () => {
  vi.useFakeTimers()
  const access = new Access()
  const [first, second] = [access.signIn(access.token, 'Ada'), access.signIn(access.token, 'Ben')]
  access.signOut(first?.id ?? '')
  expect(access.operatorOf(first?.id ?? '')).toBeNull()
  vi.advanceTimersByTime((second?.seconds ?? 0) * 1000 - 1)
  expect(access.operatorOf(second?.id ?? '')).toBe('Ben')
  vi.advanceTimersByTime(1)
  expect(access.operatorOf(second?.id ?? '')).toBeNull()
})

test('sessions do not pile up: the oldest goes', () => {
  const access = new Access()
  const first = access.signIn(access.token, 'Ada')
  for (let i = 0; i < 100; i++) access.signIn(access.token, 'Ben')
  expect(access.operatorOf(first?.id ?? '')).toBeNull()
})
