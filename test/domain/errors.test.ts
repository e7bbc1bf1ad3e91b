import { describe, expect, it } from 'vitest'
import { InvalidValueError, UserError } from '../../shared/domain/errors.ts'

describe('errors', () => {
  it('an invalid value is reported with the name of its field', () => {
    const error = new InvalidValueError('port', 'port is 0')
    expect(error).toMatchObject({ name: 'InvalidValueError', field: 'port', message: 'port is 0' })
  })

  it('what a user can put right is shown with a line for each thing', () => {
    const error = new UserError(['no host', 'no port'], { cause: 'the file is empty' })
    expect(error).toMatchObject({
      name: 'UserError',
      lines: ['no host', 'no port'],
      cause: 'the file is empty',
    })
    expect(error.message).toBe('no host\nno port')
  })
})
