/** How well somebody's picture arrives, and why not better. */
export interface ConnectionQuality {
  readonly level: 'good' | 'fair' | 'poor' | 'unknown';
  readonly reason: string;
}

/** What happened to one received video since the last look. */
export interface ReceptionReport {
  /** Share of packets that never came, 0…1. */
  readonly missingShare: number;
  /** Pauses above 200 ms. */
  readonly freezes: number;
  /** Capture to display, median, ms; `undefined` while unknown. */
  readonly latencyMs: number | undefined;
  readonly framesShown: number;
}

/** A badge for a person: the worst of loss, freezes and delay decides. */
export function judgeReception(report: ReceptionReport | undefined): ConnectionQuality {
  if (report === undefined || report.framesShown === 0) {
    return { level: 'unknown', reason: 'No picture yet' };
  }
  const { missingShare, freezes, latencyMs = 0 } = report;
  if (missingShare > 0.05) return { level: 'poor', reason: 'Many packets are lost' };
  if (freezes > 1) return { level: 'poor', reason: 'The picture freezes' };
  if (latencyMs > 500) return { level: 'poor', reason: 'The picture is late' };
  if (missingShare > 0.01) return { level: 'fair', reason: 'Some packets are lost' };
  if (freezes > 0) return { level: 'fair', reason: 'The picture paused for a moment' };
  if (latencyMs > 250) return { level: 'fair', reason: 'The picture is a little late' };
  return { level: 'good', reason: 'Picture and sound arrive well' };
}

export const RECONNECTING: ConnectionQuality = {
  level: 'poor',
  reason: 'The connection to the server is lost; it is being made again',
};

export const TOO_SLOW: ConnectionQuality = {
  level: 'poor',
  reason: 'Your link is too slow for this picture: only sound comes',
};

export const SENDER_TOO_SLOW: ConnectionQuality = {
  level: 'poor',
  reason: 'Their link is too slow for pictures: only sound comes',
};

/** What is known of the own link towards the server. */
export interface UplinkReport {
  readonly rttMs: number;
  /** 0…1 */
  readonly lossFraction: number;
}

/** What keeps the own picture from being better. */
export interface PictureReport {
  readonly limitedBy: 'none' | 'network' | 'cpu';
  /** Only sound is sent. */
  readonly videoPaused: boolean;
}

/** A badge for oneself: how well the others get what is sent. */
export function judgeUplink(
  link: UplinkReport | undefined,
  picture: PictureReport | undefined,
): ConnectionQuality {
  if (link === undefined) return { level: 'unknown', reason: 'Nothing is sent yet' };
  const { rttMs, lossFraction } = link;
  if (picture?.videoPaused === true) {
    return { level: 'poor', reason: 'Your link is too slow for pictures: only sound is sent' };
  }
  if (lossFraction > 0.08) return { level: 'poor', reason: 'Your link loses many packets' };
  if (rttMs > 500) return { level: 'poor', reason: 'Your link is very slow to answer' };
  if (lossFraction > 0.02) return { level: 'fair', reason: 'Your link loses some packets' };
  if (rttMs > 250) return { level: 'fair', reason: 'Your link is slow to answer' };
  if (picture?.limitedBy === 'network') {
    return { level: 'fair', reason: 'Your link makes your picture coarser' };
  }
  if (picture?.limitedBy === 'cpu') {
    return { level: 'fair', reason: 'This device is too busy for your full picture' };
  }
  return { level: 'good', reason: 'Your sound and picture leave well' };
}
