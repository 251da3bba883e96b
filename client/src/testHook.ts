import type { InnCallApp } from './app.js';
import type { Picture } from './codec-worker/messages.js';
import type { CallStats } from './room/callStats.js';
import type { ShownPicture } from './quality/pictureQuality.js';

/** Read-only view of a running call for tests and measurements: `window.__inncall`. */
export interface TestHook {
  readonly version: 1;
  /** Present numbers, or `undefined` outside of a call. */
  stats(): CallStats | undefined;
  /** Frames that the camera delivered, as the browser counts them. */
  cameraFrames(): { readonly delivered: number; readonly total: number } | undefined;
  /** WebRTC statistics of one of the two connections, as the browser gives them. */
  transportStats(direction: 'send' | 'recv'): Promise<object[]>;
  /** The picture that is on the screen now. */
  shownPicture(consumerId: string): Promise<ShownPicture | undefined>;
  /**
   * The picture captured at `captureTime` as the sharpest layer that is coded had it, about the last
   * three seconds; needs `?probe=1`.
   */
  capturedPicture(source: 'camera' | 'screen', captureTime: number): Promise<Picture | undefined>;
}

declare global {
  interface Window {
    __inncall?: TestHook;
  }
  interface MediaStreamTrack {
    /** MediaStreamTrack statistics (Chromium). */
    readonly stats?: { readonly deliveredFrames: number; readonly totalFrames: number };
  }
}

export function installTestHook(app: InnCallApp): void {
  window.__inncall = {
    version: 1,
    stats: () => app.stats,
    cameraFrames: () => {
      const stats = app.local.camera.track?.stats;
      return stats && { delivered: stats.deliveredFrames, total: stats.totalFrames };
    },
    transportStats: async (direction) => {
      const report = await app.session?.transports?.getStats(direction);
      return [...(report?.values() ?? [])].map((entry: unknown) => Object(entry) as object);
    },
    shownPicture: async (consumerId) => app.session?.remote.videos.get(consumerId)?.shownPicture(),
    capturedPicture: async (source, captureTime) =>
      app.local[source].layers.find(({ wanted }) => wanted)?.encoder.findPicture(captureTime),
  };
}
