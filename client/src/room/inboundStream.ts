/** The received stream in a consumer's statistics; `undefined` before its first packet. */
export function inboundStream(
  stats: RTCStatsReport | undefined,
): RTCInboundRtpStreamStats | undefined {
  for (const entry of stats?.values() ?? []) {
    const inbound = entry as RTCInboundRtpStreamStats;
    if (inbound.type === 'inbound-rtp') return inbound;
  }
  return undefined;
}
