/** Refresh interval of a usual screen, ms; a faster one shows pictures somewhat sooner than told here. */
const REFRESH_MS = 1000 / 60;
/** A picture that a refresh has taken is noted up to so long after it, ms. */
const NOTED_LATE_MS = 3;

/**
 * When a picture can be seen: one refresh after the first that can take it, ms.
 *
 * The browser's `expectedDisplayTime` is no common measure: Chromium gives for a picture of its own
 * decoder the refresh that takes it, for one of a generated track one to two refreshes later, for every
 * twentieth of those seven later, and times may go backwards (docs/RESEARCH.md). When a picture was handed
 * to the compositor it tells of both alike.
 *
 * @param refresh time of any refresh near: the first argument of a video frame callback, ms
 * @param presentationTime when the picture was handed to the compositor, same clock, ms
 */
export function visibleTime(refresh: number, presentationTime: number): number {
  const refreshes = Math.ceil((presentationTime - NOTED_LATE_MS - refresh) / REFRESH_MS);
  return refresh + (refreshes + 1) * REFRESH_MS;
}
