import { describe, expect, it } from 'vitest';
import type { VideoCodec } from '../protocol/index.js';
import { selectVariants, type Candidate } from './variants.js';

const mic: Candidate = { id: 'mic', peerId: 'a', appData: { source: 'mic', codec: 'opus' } };
const video = (
  id: string,
  codec: VideoCodec,
  source: 'camera' | 'screen' = 'camera',
): Candidate => ({ id, peerId: 'a', appData: { source, codec, width: 640, height: 360 } });

const select = (candidates: Candidate[], decodes: VideoCodec[], compareMode = false): string[] =>
  selectVariants(candidates, { peerId: 'b', decodes, compareMode }).map(({ id }) => id);

describe('selectVariants', () => {
  const both = [mic, video('inn', 'inn'), video('vp8', 'vp8')];

  it('gives INN where it is shown and exists', () => {
    expect(select(both, ['inn', 'vp8'])).toEqual(['mic', 'inn']);
    expect(select(both, ['inn'])).toEqual(['mic', 'inn']);
  });

  it('gives VP8 where INN is not shown, or does not exist', () => {
    expect(select(both, ['vp8'])).toEqual(['mic', 'vp8']);
    expect(select([mic, video('vp8', 'vp8')], ['inn', 'vp8'])).toEqual(['mic', 'vp8']);
  });

  it('gives no picture rather than one that cannot be shown', () => {
    expect(select([mic, video('inn', 'inn')], ['vp8'])).toEqual(['mic']);
    expect(select([mic, video('vp8', 'vp8')], ['inn'])).toEqual(['mic']);
  });

  it('chooses for each source by itself, with all layers of the chosen variant', () => {
    const screen = video('screen', 'vp8', 'screen');
    expect(select([...both, video('inn2', 'inn'), screen], ['inn', 'vp8'])).toEqual([
      'mic',
      'inn',
      'inn2',
      'screen',
    ]);
  });

  it('gives both variants to one who compares', () => {
    expect(select(both, ['inn', 'vp8'], true)).toEqual(['mic', 'inn', 'vp8']);
  });

  it('gives nobody their own streams', () => {
    expect(
      selectVariants(both, { peerId: 'a', decodes: ['inn', 'vp8'], compareMode: true }),
    ).toEqual([]);
  });
});
