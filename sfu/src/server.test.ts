import { describe, expect, it } from 'vitest';
import type { Socket } from 'socket.io-client';
import { PROTOCOL_VERSION, type Ack, type FeedbackReport } from './protocol/index.js';
import type { InnCallServer } from './server.js';
import { cameraRequest, micRequest } from './testing/rtp.js';
import { TestClient } from './testing/TestClient.js';
import { testRoom } from './testing/testRoom.js';
import { startTestServer } from './testing/testServer.js';

const scrape = async (server: InnCallServer, name: string): Promise<string[]> => {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  return text.split('\n').filter((line) => line.startsWith(name));
};

/** Clients without media. */
describe('a call', () => {
  const room = testRoom('--max-peers', '3', '--reconnect-grace', '300');
  const { connect, newRoom, pair } = room;

  it('tells who is there, who comes and who leaves', async () => {
    const { ada, bob, adaJoined, bobJoined } = await pair();
    expect(adaJoined).toMatchObject({ peers: [], resumed: false, vp8Wanted: false });
    expect(bobJoined.peers).toMatchObject([{ id: adaJoined.peerId, displayName: 'Ada' }]);
    const { peer } = await ada.heard('peerJoined');
    expect(peer).toMatchObject({ id: bobJoined.peerId, micMuted: true, cameraOff: true });
    await bob.request({ type: 'leave' });
    expect(await ada.heard('peerLeft')).toMatchObject({
      peerId: bobJoined.peerId,
      reason: 'left',
    });
    expect(await bob.ask({ type: 'leave' })).toMatchObject({ error: { code: 'not-joined' } });
    await bob.join({ roomId: room.roomId, displayName: 'Bob' });
    await ada.heard('peerJoined', 2);
  });

  it.each(['udp', 'tcp'] as const)(
    'opens a path of media by %s for a self-check',
    async (protocol) => {
      const client = connect();
      const fingerprints = [
        { algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') },
      ];
      const check = { type: 'checkPath' as const, protocol, dtlsParameters: { fingerprints } };
      const first = await client.request<'checkPath'>(check);
      expect(new Set(first.iceCandidates.map((candidate) => candidate.protocol))).toEqual(
        new Set([protocol]),
      );
      const second = await client.request<'checkPath'>(check);
      expect(second.iceParameters.password).not.toBe(first.iceParameters.password);
      const none = await client.ask<'checkPath'>({
        ...check,
        dtlsParameters: { fingerprints: [] },
      });
      expect(none).toMatchObject({ error: { code: 'invalid-message' } });
    },
  );

  it('offers what somebody produces, follows mute and closes it', async () => {
    const { ada, bob, adaJoined, send, recv } = await pair();
    const { producerId } = await ada.request<'produce'>(micRequest(send));
    await bob.until('a consumer', () => bob.consumers.length === 1);
    const consumer = bob.consumers[0];
    expect(consumer).toMatchObject({
      producerId,
      peerId: adaJoined.peerId,
      transportId: recv,
      kind: 'audio',
      appData: { source: 'mic', codec: 'opus' },
      producerPaused: false,
    });
    const consumerId = consumer?.consumerId ?? '';
    await bob.request({ type: 'resumeConsumer', consumerId });
    await ada.request({ type: 'pauseProducer', producerId });
    expect(await bob.heard('consumerPaused')).toMatchObject({ consumerId, reason: 'producer' });
    await bob.until('muted', () => bob.all('peerUpdated').at(-1)?.peer.micMuted === true);
    await ada.request({ type: 'resumeProducer', producerId });
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
    await ada.request({ type: 'closeProducer', producerId });
    expect(await bob.heard('consumerClosed')).toMatchObject({ consumerId });
  });

  it('offers what was there before to one who joins late', async () => {
    const { ada, send } = await pair();
    await ada.request<'produce'>(micRequest(send));
    await ada.request<'produce'>(cameraRequest(send, 'inn'));
    const late = connect();
    const { peers } = await late.join({ roomId: room.roomId, displayName: 'Late' });
    expect(peers.find(({ displayName }) => displayName === 'Ada')).toMatchObject({
      micMuted: false,
      cameraOff: false,
    });
    await late.transport('recv');
    await late.until('two consumers', () => late.consumers.length === 2);
  });

  it('sends lost packets anew, but for those of an INN camera', async () => {
    const { ada, bob, send } = await pair();
    const camera = cameraRequest(send, 'inn');
    await ada.request<'produce'>(camera);
    await ada.request<'produce'>({
      ...camera,
      rtpParameters: { ...camera.rtpParameters, mid: 'screen', encodings: [{ ssrc: 99 }] },
      appData: { source: 'screen', codec: 'inn', width: 320, height: 180 },
    });
    await bob.until('two consumers', () => bob.consumers.length === 2);
    const nacks = bob.consumers.map(({ appData, rtpParameters }) => [
      appData.source,
      rtpParameters.codecs[0]?.rtcpFeedback?.some(
        ({ type, parameter }) => type === 'nack' && !parameter,
      ),
    ]);
    expect(Object.fromEntries(nacks)).toEqual({ camera: false, screen: true });
  });

  it('gives a VP8-only peer VP8 only, and asks publishers for it', async () => {
    const { ada, bob, bobJoined, send } = await pair(['vp8']);
    expect(await ada.heard('vp8Wanted')).toMatchObject({ wanted: true });
    expect(bobJoined.vp8Wanted).toBe(false);
    await ada.request<'produce'>(cameraRequest(send, 'inn'));
    await ada.request<'produce'>(cameraRequest(send, 'vp8'));
    const carol = connect();
    await carol.join({ roomId: room.roomId, displayName: 'Carol' });
    await carol.transport('recv');
    await carol.until('a consumer', () => carol.consumers.length >= 1);
    await bob.until('a consumer', () => bob.consumers.length >= 1);
    expect(bob.consumers.map(({ appData }) => appData.codec)).toEqual(['vp8']);
    expect(carol.consumers.map(({ appData }) => appData.codec)).toEqual(['inn']);
    await bob.request({ type: 'leave' });
    await ada.until('no more VP8', () => ada.all('vp8Wanted').at(-1)?.wanted === false);
  });

  it('switches the variant when a better one appears or INN fails', async () => {
    const { ada, bob, send } = await pair();
    await ada.request<'produce'>(cameraRequest(send, 'vp8'));
    await bob.until('VP8', () => bob.consumers.at(-1)?.appData.codec === 'vp8');
    await ada.request<'produce'>(cameraRequest(send, 'inn'));
    await bob.until('INN', () => bob.consumers.at(-1)?.appData.codec === 'inn');
    await bob.heard('consumerClosed', 1);
    await bob.request({ type: 'setDecodes', decodes: ['vp8'] });
    await bob.heard('consumerClosed', 2);
    await bob.until('VP8 again', () => bob.consumers.at(-1)?.appData.codec === 'vp8');
    await bob.request({ type: 'setDecodes', decodes: ['inn', 'vp8'] });
    await bob.request({ type: 'setCompareMode', enabled: true });
    await bob.until('both', () => bob.consumers.length === 5);
    expect(ada.all('vp8Wanted').at(-1)?.wanted).toBe(true);
  });

  it('pauses what nobody sees', async () => {
    const { ada, bob, send } = await pair();
    await ada.request<'produce'>(cameraRequest(send, 'inn'));
    await bob.until('a consumer', () => bob.consumers.length === 1);
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    const tile = { type: 'setConsumerPreferences', consumerId, width: 0, height: 0 } as const;
    await bob.request({ ...tile, paused: true, priority: 1 });
    expect(await bob.heard('consumerPaused')).toMatchObject({ reason: 'preference' });
    await bob.request({ ...tile, paused: false, priority: 200 });
    expect(await bob.heard('consumerResumed')).toMatchObject({ consumerId });
  });

  it('takes a refused consumer away', async () => {
    const { ada, bob, send } = await pair();
    bob.acceptConsumers = false;
    await ada.request<'produce'>(micRequest(send));
    await bob.until('an offer', () => bob.consumers.length === 1);
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    await expect
      .poll(() => bob.ask({ type: 'resumeConsumer', consumerId }), { timeout: 20_000 })
      .toMatchObject({ error: { code: 'unknown-consumer' } });
  });

  it('replaces the producer of the same source and codec', async () => {
    const { ada, bob, send } = await pair();
    await ada.request<'produce'>(micRequest(send));
    await bob.until('a consumer', () => bob.consumers.length === 1);
    const again = micRequest(send);
    const { producerId } = await ada.request<'produce'>({
      ...again,
      rtpParameters: { ...again.rtpParameters, mid: 'again' },
    });
    await bob.heard('consumerClosed');
    await bob.until('the new one', () => bob.consumers.at(-1)?.producerId === producerId);
  });

  it('relays feedback to the producing peer, and nothing for foreign consumers', async () => {
    const { ada, bob, bobJoined, send } = await pair();
    const { producerId } = await ada.request<'produce'>(cameraRequest(send, 'inn'));
    await bob.until('a consumer', () => bob.consumers.length === 1);
    const report: FeedbackReport = {
      acknowledged: [1],
      lost: [2],
      needsKeyFrame: false,
      arrivals: [{ sequence: 1, tripMs: 30 }],
    };
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    await bob.request({ type: 'feedback', consumerId, report });
    expect(await ada.heard('feedback')).toEqual({
      type: 'feedback',
      producerId,
      fromPeerId: bobJoined.peerId,
      report,
    });
    expect(await ada.ask({ type: 'feedback', consumerId, report })).toMatchObject({
      error: { code: 'unknown-consumer' },
    });
  });

  it('asks the producing peer for samples of a picture, and distrusts its answer', async () => {
    const { ada, bob, send } = await pair();
    await ada.request<'produce'>(cameraRequest(send, 'inn'));
    await bob.until('a consumer', () => bob.consumers.length === 1);
    const consumerId = bob.consumers[0]?.consumerId ?? '';
    const ask = { type: 'sourceSamples' as const, consumerId, drawnAt: 1234.5 };
    expect(await bob.request<'sourceSamples'>(ask)).toEqual({ samples: null });
    const samples = { width: 640, height: 360, values: 'AAEC' };
    ada.samples = (drawnAt) => (drawnAt === ask.drawnAt ? samples : null);
    expect(await bob.request<'sourceSamples'>(ask)).toEqual({ samples });
    ada.samples = () => ({ ...samples, values: 'no base64!' });
    expect(await bob.request<'sourceSamples'>(ask)).toEqual({ samples: null });
    expect(await ada.ask(ask)).toMatchObject({ error: { code: 'unknown-consumer' } });
  });

  it('carries chat with a history, hands, clocks and latency reports', async () => {
    const { ada, bob } = await pair();
    const { message } = await ada.request<'chat'>({ type: 'chat', text: ' hello ' });
    expect(message).toMatchObject({ text: 'hello', displayName: 'Ada' });
    expect((await bob.heard('chat')).message).toEqual(message);
    const late = connect();
    expect((await late.join({ roomId: room.roomId })).chat).toEqual([message]);
    await bob.request({ type: 'raiseHand', raised: true });
    await ada.until('a hand', () => ada.all('peerUpdated').at(-1)?.peer.handRaised === true);
    const clock = await bob.request<'clockSync'>({ type: 'clockSync', t0: 12.5 });
    expect(clock.t0).toBe(12.5);
    expect(clock.t2).toBeGreaterThanOrEqual(clock.t1);
    const latency = [{ stage: 'decode', codec: 'inn', samplesMs: [1, 2] }] as const;
    const entries = latency.map((entry) => ({ ...entry, samplesMs: [...entry.samplesMs] }));
    await bob.request({
      type: 'reportStats',
      latency: entries,
      freezes: 1,
      repairs: [{ by: 'reference', ms: 120 }],
    });
    expect(await scrape(room.server, 'inncall_latency_seconds_count')).toEqual([
      'inncall_latency_seconds_count{stage="decode",codec="inn"} 2',
    ]);
  });

  it('is full at its limit, and free again when somebody leaves', async () => {
    newRoom();
    const [a, b, c, d] = [connect(), connect(), connect(), connect()];
    for (const client of [a, b, c]) await client.join({ roomId: room.roomId });
    expect(await d.tryJoin({ roomId: room.roomId })).toMatchObject({
      error: { code: 'room-full' },
    });
    await a.request({ type: 'leave' });
    expect(await d.tryJoin({ roomId: room.roomId })).toMatchObject({ ok: true });
  });

  describe('with a broken client', () => {
    it.each([
      undefined,
      null,
      'join',
      [],
      { type: 'format-disk' },
      { type: 'join' },
      { type: 'chat', text: '' },
      { type: 'produce', transportId: {}, kind: 'smell' },
      { type: 'hello', protocolVersion: '1' },
    ])('answers %j with invalid-message', async (message) => {
      const { ada, bob } = await pair();
      expect(await bob.raw(message)).toMatchObject({
        ok: false,
        error: { code: 'invalid-message' },
      });
      await ada.request<'chat'>({ type: 'chat', text: 'still here' });
      await bob.heard('chat');
    });

    it('answers what is out of place with its code', async () => {
      const { ada, bob, send, recv } = await pair();
      // Accepted once; a transport cannot be connected a second time.
      const connect = (): Promise<Ack> =>
        ada.ask<'connectTransport'>({
          type: 'connectTransport',
          transportId: send,
          dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }] },
        });
      const refusals = async (): Promise<string[]> => {
        const acks: Ack[] = [
          await connect(),
          await connect(),
          await ada.tryJoin({ roomId: room.roomId }),
          await ada.ask({ type: 'closeProducer', producerId: 'x' }),
          await ada.ask({ type: 'restartIce', transportId: 'x' }),
          await ada.ask({ type: 'resumeConsumer', consumerId: 'x' }),
          await bob.ask<'produce'>(micRequest(recv)),
          await ada.ask<'produce'>({ ...micRequest(send), kind: 'video' }),
          await ada.ask({ type: 'hello', protocolVersion: PROTOCOL_VERSION + 1 }),
          await ada.ask<'produce'>({
            ...cameraRequest(send, 'vp8'),
            rtpParameters: {
              codecs: [{ mimeType: 'video/nonsense', payloadType: 96, clockRate: 90000 }],
            },
          }),
        ];
        return acks.map((ack) => (ack.ok ? 'ok' : ack.error.code));
      };
      expect(await refusals()).toEqual([
        'ok',
        'media-failed',
        'already-joined',
        'unknown-producer',
        'unknown-transport',
        'unknown-consumer',
        'unknown-transport',
        'invalid-message',
        'version-mismatch',
        'media-failed',
      ]);
    });

    it('survives messages without an acknowledgement, other events and floods', async () => {
      const { ada, bob } = await pair();
      bob.socket.emit('request', { type: 'nonsense' } as never, undefined as never);
      (bob.socket as Socket).emit('notification', {});
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => bob.ask<'chat'>({ type: 'chat', text: 'spam' })),
      );
      const refused = answers.filter((answer) => !answer.ok);
      expect(refused.length).toBeGreaterThanOrEqual(25);
      expect(refused[0]).toMatchObject({ error: { code: 'rate-limited' } });
      await ada.request<'chat'>({ type: 'chat', text: 'still here' });
      await bob.heard('chat');
    });

    it('cuts off a message far too large, and nobody else', async () => {
      const { ada, bob } = await pair();
      bob.socket.emit('request', { type: 'chat', text: 'x'.repeat(1_000_000) }, () => undefined);
      await bob.until('the end', () => !bob.socket.connected);
      await ada.until(
        'a gap',
        () => ada.all('peerUpdated').at(-1)?.peer.connection === 'reconnecting',
      );
      await ada.request<'chat'>({ type: 'chat', text: 'still here' });
    });
  });

  describe('when a connection drops', () => {
    it('keeps the place and the media for the grace period', async () => {
      const { ada, bob, adaJoined, send } = await pair();
      const { producerId } = await ada.request<'produce'>(micRequest(send));
      await bob.until('a consumer', () => bob.consumers.length === 1);
      ada.close();
      await bob.until(
        'a gap',
        () => bob.all('peerUpdated').at(-1)?.peer.connection === 'reconnecting',
      );
      const back = connect();
      const joined = await back.join({
        roomId: room.roomId,
        session: { token: adaJoined.sessionToken, keepMedia: true },
      });
      expect(joined).toMatchObject({
        peerId: adaJoined.peerId,
        resumed: true,
        kept: { transportIds: [send], producerIds: [producerId], consumerIds: [] },
      });
      await bob.until(
        'a return',
        () => bob.all('peerUpdated').at(-1)?.peer.connection === 'connected',
      );
      expect(bob.all('peerLeft')).toEqual([]);
      expect(bob.all('consumerClosed')).toEqual([]);
      await back.request({ type: 'restartIce', transportId: send });
    });

    it('offers on return what appeared meanwhile', async () => {
      const { ada, bob, bobJoined, send, recv } = await pair();
      bob.close();
      await ada.until(
        'a gap',
        () => ada.all('peerUpdated').at(-1)?.peer.connection === 'reconnecting',
      );
      await ada.request<'produce'>(micRequest(send));
      const back = connect();
      const joined = await back.join({
        roomId: room.roomId,
        displayName: 'Bob',
        session: { token: bobJoined.sessionToken, keepMedia: true },
      });
      expect(joined.kept.transportIds).toEqual([recv]);
      await back.until('the consumer', () => back.consumers.length === 1);
    });

    it('closes the media of a client that lost it', async () => {
      const { ada, bob, adaJoined, send } = await pair();
      await ada.request<'produce'>(micRequest(send));
      await bob.until('a consumer', () => bob.consumers.length === 1);
      const back = connect();
      const joined = await back.join({
        roomId: room.roomId,
        session: { token: adaJoined.sessionToken, keepMedia: false },
      });
      expect(joined).toMatchObject({
        peerId: adaJoined.peerId,
        resumed: true,
        kept: { transportIds: [], producerIds: [], consumerIds: [] },
      });
      await ada.heard('sessionReplaced');
      await ada.until('the end', () => !ada.socket.connected);
      await bob.heard('consumerClosed');
      expect(bob.all('peerLeft')).toEqual([]);
    });
  });
});

describe('a server', () => {
  it('closes everything when the last one leaves', async () => {
    const server = await startTestServer();
    const [ada, bob] = [new TestClient(server.url), new TestClient(server.url)];
    try {
      await ada.join();
      await bob.join();
      const send = await ada.transport('send');
      await bob.transport('recv');
      await ada.request<'produce'>(micRequest(send));
      await bob.until('a consumer', () => bob.consumers.length === 1);
      expect(await scrape(server, 'inncall_consumers{')).toEqual([
        'inncall_consumers{source="mic",codec="opus"} 1',
      ]);
      for (const client of [ada, bob]) await client.request({ type: 'leave' });
      expect(await scrape(server, 'inncall_rooms')).toEqual(['inncall_rooms 0']);
      expect(await scrape(server, 'inncall_producers{')).toEqual([]);
      expect(await scrape(server, 'inncall_consumers{')).toEqual([]);
    } finally {
      for (const client of [ada, bob]) client.close();
      await server.close();
    }
  });

  it('removes a dropped peer after the grace period; its token is worth nothing then', async () => {
    const server = await startTestServer('--reconnect-grace', '0.1');
    const [ada, bob, back] = [
      new TestClient(server.url),
      new TestClient(server.url),
      new TestClient(server.url),
    ];
    try {
      await ada.join();
      const bobJoined = await bob.join();
      bob.close();
      expect(await ada.heard('peerLeft')).toMatchObject({
        peerId: bobJoined.peerId,
        reason: 'connection-lost',
      });
      const session = { token: bobJoined.sessionToken, keepMedia: true };
      const joined = await back.join({ session });
      expect(joined.resumed).toBe(false);
      expect(joined.peerId).not.toBe(bobJoined.peerId);
    } finally {
      for (const client of [ada, back]) client.close();
      await server.close();
    }
  });

  it('starts media anew when a worker dies', async () => {
    const server = await startTestServer();
    const client = new TestClient(server.url);
    try {
      await client.join();
      await client.transport('send');
      const metrics = await (await fetch(new URL('/metrics', server.url))).text();
      const pid = Number(/inncall_worker_cpu_seconds\{pid="(\d+)"\}/.exec(metrics)?.[1]);
      process.kill(pid, 'SIGKILL');
      await client.heard('mediaReset');
      const send = await client.transport('send');
      await client.request<'produce'>(micRequest(send));
    } finally {
      client.close();
      await server.close();
    }
  });

  it('says goodbye when it closes', async () => {
    const server = await startTestServer();
    const client = new TestClient(server.url);
    await client.join();
    await server.close();
    await client.heard('serverClosing');
    await client.until('the end', () => !client.socket.connected);
  });

  it('refuses a port in use', async () => {
    const server = await startTestServer();
    const { port } = new URL(server.url);
    await expect(startTestServer('--port', port)).rejects.toMatchObject({ code: 'address-in-use' });
    await server.close();
  });
});
