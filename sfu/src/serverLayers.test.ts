import { describe, expect, it } from 'vitest';
import { cameraRequest } from './testing/rtp.js';
import type { TestClient } from './testing/TestClient.js';
import { testRoom } from './testing/testRoom.js';

/** Clients without media. */
describe('a call with layers', () => {
  const room = testRoom('--max-peers', '3');
  const { connect, newRoom, pair } = room;
  const offer = [0, 1, 2].map((layer) => ({
    layer,
    width: 160 << layer,
    height: 90 << layer,
    maxBitrate: 150_000 << (2 * layer),
  }));
  const wanted = (client: TestClient): { layer: number; maxBitrate: number | null }[] =>
    client.all('layersWanted').at(-1)?.layers ?? [];
  const wantedLayers = (client: TestClient): number[] => wanted(client).map(({ layer }) => layer);

  const offerOf = (codec: 'inn' | 'vp8', layers = offer, stopped = false) =>
    ({ type: 'offerLayers', source: 'camera', codec, layers, stopped }) as const;

  /** Ada offers layers and produces one; Bob receives it. */
  const publishedPair = async (offered: ReturnType<typeof offerOf>, layer?: number) => {
    const made = await pair();
    const { ada, bob, send } = made;
    await ada.request(offered);
    await ada.request<'produce'>(cameraRequest(send, offered.codec, layer));
    await bob.until('the video', () => bob.consumers.length === 1);
    expect(wantedLayers(ada)).toEqual([]);
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    await bob.request({ type: 'resumeConsumer', consumerId });
    return { ...made, consumerId };
  };
  /** Three layers, of which the sharpest is produced. */
  const layeredPair = () => publishedPair(offerOf('inn'), 2);
  const tile = (consumerId: string, width: number, paused = false) =>
    ({
      type: 'setConsumerPreferences',
      consumerId,
      width,
      height: 90,
      paused,
      priority: 1,
    }) as const;

  it('asks for the sharpest one alone while nothing speaks for another', async () => {
    const { ada, bob } = await layeredPair();
    expect(bob.consumers).toMatchObject([{ appData: { layer: 2 } }]);
    await ada.until('a wish', () => wantedLayers(ada).join() === '2');
    expect(wanted(ada)).toEqual([{ layer: 2, maxBitrate: null }]);
  });

  it('asks for none while nobody receives', async () => {
    newRoom();
    const ada = connect();
    await ada.join({ roomId: room.roomId });
    await ada.transport('send');
    await ada.request(offerOf('inn'));
    expect(await ada.heard('layersWanted')).toMatchObject({ source: 'camera', layers: [] });
  });

  it('asks for a layer that is made only when a receiver is ready for it', async () => {
    const { ada, bob, send } = await pair();
    await ada.request(offerOf('inn'));
    await ada.request<'produce'>(cameraRequest(send, 'inn', 2));
    await bob.until('the layer', () => bob.consumers.length === 1);
    expect(wantedLayers(ada)).toEqual([]);
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    await bob.request({ type: 'resumeConsumer', consumerId });
    await ada.until('a wish for the layer', () => wantedLayers(ada).join() === '2');
  });

  it('lets the old layer flow until the client shows the one that fits the tile', async () => {
    const { ada, bob, send, consumerId } = await layeredPair();
    await bob.request(tile(consumerId, 150));
    await ada.until('both layers', () => wantedLayers(ada).join() === '0,2');
    expect(bob.consumers).toHaveLength(1);
    await ada.request<'produce'>(cameraRequest(send, 'inn', 0));
    await bob.until('the small layer', () => bob.consumers.length === 2);
    const small = bob.consumers[1]?.consumerId ?? '';
    expect(bob.consumers[1]?.appData).toMatchObject({ layer: 0 });
    await bob.request({ type: 'resumeConsumer', consumerId: small });
    expect(bob.all('consumerPaused')).toEqual([]);
    await bob.request({ type: 'layerShown', consumerId: small });
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId, reason: 'layer' });
    await ada.until('the small layer alone', () => wantedLayers(ada).join() === '0');

    await bob.request(tile(small, 640));
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
    await bob.request({ type: 'layerShown', consumerId });
    await ada.until('the sharpest alone again', () => wantedLayers(ada).join() === '2');
    expect(bob.consumers).toHaveLength(2);
  });

  it('gives a slow receiver a smaller layer and leaves the other one alone', async () => {
    const { ada, send } = await layeredPair();
    const carol = connect();
    await carol.join({ roomId: room.roomId, displayName: 'Carol' });
    await carol.transport('recv');
    await carol.request({ type: 'limitDownlink', maxBitrate: 300_000 });
    await carol.until('the sharpest layer', () => carol.consumers.length === 1);
    const { consumerId = '' } = carol.consumers[0] ?? {};
    await carol.request({ type: 'resumeConsumer', consumerId });
    await ada.until('two layers', () => wantedLayers(ada).join() === '1,2');
    expect(wanted(ada)).toMatchObject([{ layer: 1 }, { layer: 2, maxBitrate: null }]);
    expect(wanted(ada)[0]?.maxBitrate).toBeGreaterThan(200_000);
    expect(wanted(ada)[0]?.maxBitrate).toBeLessThanOrEqual(300_000);
    await ada.request<'produce'>(cameraRequest(send, 'inn', 1));
    await carol.until('the middle layer', () => carol.consumers.length === 2);
    const middle = carol.consumers[1]?.consumerId ?? '';
    await carol.request({ type: 'resumeConsumer', consumerId: middle });
    expect(await carol.heard('consumerPaused')).toMatchObject({
      consumerId,
      reason: 'bandwidth',
    });
  });

  it('lets one layer obey the only receiver', async () => {
    const { ada, bob } = await layeredPair();
    await bob.request({ type: 'limitDownlink', maxBitrate: 300_000 });
    await ada.until('a cap', () => (wanted(ada)[0]?.maxBitrate ?? 0) > 0);
    expect(wantedLayers(ada)).toEqual([2]);
  });

  it('stops video where the downlink carries sound only, and starts it again', async () => {
    const { ada, bob, consumerId } = await layeredPair();
    await bob.request({ type: 'limitDownlink', maxBitrate: 60_000 });
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId, reason: 'bandwidth' });
    await ada.until('no layer', () => wantedLayers(ada).length === 0);
    await bob.request({ type: 'limitDownlink', maxBitrate: null });
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
    await ada.until('the layer again', () => wantedLayers(ada).join() === '2');
  });

  it('asks for nothing that nobody sees', async () => {
    const { ada, bob, consumerId } = await layeredPair();
    await bob.request(tile(consumerId, 640, true));
    expect(await bob.heard('consumerPaused')).toMatchObject({ reason: 'preference' });
    await ada.until('no layer', () => wantedLayers(ada).length === 0);
    await bob.request(tile(consumerId, 640));
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
    await ada.until('the layer again', () => wantedLayers(ada).join() === '2');
  });

  it('says when the sender’s link carries only sound', async () => {
    const { ada, bob, consumerId } = await layeredPair();
    const say = (stopped: boolean) => ada.request(offerOf('inn', offer, stopped));
    await say(true);
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId, reason: 'uplink' });
    expect(wantedLayers(ada)).toEqual([2]);
    await say(false);
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
  });

  /** VP8, which has one layer. */
  const vp8Pair = async () => {
    const layers = [{ layer: 0, width: 640, height: 360, maxBitrate: 1_500_000 }];
    const made = await publishedPair(offerOf('vp8', layers));
    const { ada } = made;
    await ada.until('a wish', () => wantedLayers(ada).join() === '0');
    expect(ada.all('layersWanted').at(-1)).toMatchObject({ source: 'camera', codec: 'vp8' });
    return made;
  };

  it('lets VP8 obey the only receiver, and stops it where sound alone fits', async () => {
    const { ada, bob, consumerId } = await vp8Pair();
    expect(wanted(ada)).toEqual([{ layer: 0, maxBitrate: null }]);
    await bob.request({ type: 'limitDownlink', maxBitrate: 300_000 });
    await ada.until('a cap', () => (wanted(ada)[0]?.maxBitrate ?? 0) > 0);
    expect(wanted(ada)[0]?.maxBitrate).toBeLessThanOrEqual(300_000);
    await bob.request({ type: 'limitDownlink', maxBitrate: 60_000 });
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId, reason: 'bandwidth' });
    await ada.until('nothing wanted', () => wantedLayers(ada).length === 0);
  });

  it('asks for INN and VP8 of one camera apart', async () => {
    const { ada, bob, send, consumerId } = await vp8Pair();
    await bob.request({ type: 'setCompareMode', enabled: true });
    await ada.request(offerOf('inn', offer, true));
    await ada.request<'produce'>(cameraRequest(send, 'inn', 2));
    await bob.until('both', () => bob.consumers.length === 2);
    const inn = bob.consumers[1]?.consumerId ?? '';
    await bob.request({ type: 'resumeConsumer', consumerId: inn });
    await ada.until('a wish for INN', () => wantedLayers(ada).join() === '2');
    expect(ada.all('layersWanted').at(-1)).toMatchObject({ codec: 'inn' });
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId: inn, reason: 'uplink' });
    expect(bob.all('consumerPaused').filter((told) => told.consumerId === consumerId)).toEqual([]);
  });
});
