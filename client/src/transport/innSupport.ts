import { findTransformApi, type TransformApi } from './encodedTransform.js';

/** Whether this browser can send and show INN, and if not, why. */
export type InnSupport =
  | { readonly supported: true; readonly api: TransformApi }
  | { readonly supported: false; readonly reason: string };

const NEEDED = ['MediaStreamTrackProcessor', 'MediaStreamTrackGenerator', 'VideoFrame'] as const;

/**
 * @param vp8Only the person or the address asks for VP8
 * @param preferred API to use where there are both
 */
export function findInnSupport(vp8Only: boolean, preferred?: TransformApi): InnSupport {
  if (vp8Only) return { supported: false, reason: 'VP8 was chosen in the settings' };
  const missing = NEEDED.find((name) => !(name in globalThis));
  if (missing !== undefined) {
    return { supported: false, reason: `this browser has no ${missing}` };
  }
  const api = findTransformApi(preferred);
  if (api === undefined) {
    return { supported: false, reason: 'this browser gives no access to encoded frames' };
  }
  return { supported: true, api };
}
