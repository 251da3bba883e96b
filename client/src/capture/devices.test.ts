import { expect, test } from 'vitest';
import { toDeviceError } from './devices.js';

test.each([
  ['NotFoundError', 'camera', 'no-camera'],
  ['OverconstrainedError', 'microphone', 'no-microphone'],
  ['NotAllowedError', 'camera', 'permission-refused'],
  ['NotReadableError', 'camera', 'device-busy'],
  ['NotAllowedError', 'screen', 'screen-refused'],
] as const)('%s of a %s is %s', (name, what, code) => {
  const cause = new DOMException('', name);
  const error = toDeviceError(what, cause);
  expect(error.code).toBe(code);
  expect(error.cause).toBe(cause);
});
