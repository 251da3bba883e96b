import type { DecodeStats, RepairSummary } from '../codec-worker/messages.js';

/** Counts of two layers of a video together; what is no count is that of the second one. */
export function sumStats(a: DecodeStats | undefined, b: DecodeStats): DecodeStats {
  if (a === undefined) return b;
  const errors = { ...a.errors };
  for (const [code, count] of Object.entries(b.errors)) errors[code] = (errors[code] ?? 0) + count;
  return {
    ...b,
    received: a.received + b.received,
    decoded: a.decoded + b.decoded,
    rendered: a.rendered + b.rendered,
    keyFrames: a.keyFrames + b.keyFrames,
    bytes: a.bytes + b.bytes,
    duplicates: a.duplicates + b.duplicates,
    missing: a.missing + b.missing,
    late: a.late + b.late,
    dropped: a.dropped + b.dropped,
    malformed: a.malformed + b.malformed,
    recovered: a.recovered + b.recovered,
    errors,
    checksumMismatches: a.checksumMismatches + b.checksumMismatches,
    keyFrameRequests: a.keyFrameRequests + b.keyFrameRequests,
    longestGapMs: Math.max(a.longestGapMs, b.longestGapMs),
    freezes: a.freezes + b.freezes,
    skipped: a.skipped + b.skipped,
    repairs: sumRepairs(a.repairs, b.repairs),
  };
}

/** The median and the 95th percentile are those of the layer that had more repairs. */
function sumRepairs(a: RepairSummary, b: RepairSummary): RepairSummary {
  const { p50, p95 } = a.count > b.count ? a : b;
  return {
    count: a.count + b.count,
    p50,
    p95,
    max: Math.max(a.max, b.max),
    by: {
      retransmission: a.by.retransmission + b.by.retransmission,
      reference: a.by.reference + b.by.reference,
      keyFrame: a.by.keyFrame + b.by.keyFrame,
    },
  };
}
