import { expect, test } from 'vitest';
import { shareAmongLayers, shareOf } from './bitrateShares.js';
import { AudioRate, countAudioBytes, countPath, isFresh, readNetwork } from './networkSampler.js';

const pair = {
  type: 'candidate-pair',
  nominated: true,
  state: 'succeeded',
  availableOutgoingBitrate: 900_000,
  currentRoundTripTime: 0.05,
};

test('reads the selected pair and the worst of the receivers', () => {
  expect(
    readNetwork([
      { ...pair, nominated: false, availableOutgoingBitrate: 1 },
      pair,
      { type: 'remote-inbound-rtp', fractionLost: 0.02, jitter: 0.004 },
      { type: 'remote-inbound-rtp', fractionLost: 0.1, jitter: 0.001 },
    ]),
  ).toEqual({ availableOutgoingBitrate: 900_000, rttMs: 50, lossFraction: 0.1, jitterMs: 4 });
});

test('says nothing while no path is selected', () => {
  expect(readNetwork([{ ...pair, state: 'in-progress' }])).toBeUndefined();
  expect(readNetwork([])).toBeUndefined();
});

test('numbers that only repeat themselves while packets go out are not news', () => {
  const look = (packetsSent: number, packetsReceived: number, measurements: number) =>
    countPath([
      { ...pair, packetsSent, packetsReceived },
      { type: 'remote-inbound-rtp', roundTripTimeMeasurements: measurements },
    ]);
  const before = look(100, 10, 3);
  expect(isFresh(before, undefined)).toBe(true);
  expect(isFresh(look(110, 10, 3), before)).toBe(false);
  expect(isFresh(look(110, 11, 3), before)).toBe(true);
  expect(isFresh(look(110, 10, 4), before)).toBe(true);
  // Nothing was sent, so nothing can come back.
  expect(isFresh(look(100, 10, 3), before)).toBe(true);
});

test('sound counts with all its headers, video does not', () => {
  const audio = { type: 'outbound-rtp', kind: 'audio' };
  expect(
    countAudioBytes([
      { ...audio, bytesSent: 1000, headerBytesSent: 200, packetsSent: 10 },
      { ...audio, bytesSent: 10 },
      { type: 'outbound-rtp', kind: 'video', bytesSent: 1e6 },
    ]),
  ).toBe(1000 + 200 + 380 + 10);
});

test('who speaks again has the rate within a second, who pauses keeps most of it for some', () => {
  const rate = new AudioRate();
  let bytes = 0;
  const seconds = (duration: number, bitrate: number): number => {
    for (let look = 0; look < 5 * duration; look += 1) rate.note((bytes += bitrate / 40), 200);
    return rate.bitrate;
  };
  seconds(0.2, 60_000);
  expect(rate.bitrate).toBeGreaterThan(35_000);
  expect(seconds(2, 60_000)).toBeGreaterThan(55_000);
  expect(seconds(2, 10_000)).toBeGreaterThan(45_000);
  expect(seconds(60, 10_000)).toBeLessThan(12_000);
  expect(seconds(1, 60_000)).toBeGreaterThan(45_000);
  // A microphone that was replaced counts from zero.
  rate.note(0, 200);
  expect(rate.bitrate).toBeGreaterThan(40_000);
});

test('shares what VP8 leaves by weight', () => {
  const reading = {
    ...{ availableOutgoingBitrate: 900_000, audioBitrate: 40_000 },
    ...{ rttMs: 1, lossFraction: 0, jitterMs: 0 },
  };
  expect(shareOf(reading, 300_000, 1, 3).availableOutgoingBitrate).toBe(200_000);
  expect(shareOf(reading, 1_000_000, 1, 1).availableOutgoingBitrate).toBe(0);
});

test('shares among layers, keeping sound once and giving on what a layer may not use', () => {
  const reading = {
    ...{ availableOutgoingBitrate: 440_000, audioBitrate: 40_000 },
    ...{ rttMs: 1, lossFraction: 0, jitterMs: 0 },
  };
  const share = (layers: Parameters<typeof shareAmongLayers>[1]) =>
    shareAmongLayers(reading, layers).map(
      ({ availableOutgoingBitrate }) => availableOutgoingBitrate,
    );
  const [full, half] = [
    { weight: 3, most: 1_000_000 },
    { weight: 1, most: 1_000_000 },
  ];
  expect(share([full])).toEqual([440_000]);
  expect(share([full, half])).toEqual([340_000, 140_000]);
  expect(share([full, { ...half, most: 50_000 }])).toEqual([390_000, 90_000]);
});
