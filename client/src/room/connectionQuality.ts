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
