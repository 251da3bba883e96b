import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.js';
import { toMediasoupCapabilities } from '../media/codecs.js';
import { WorkerPool } from '../media/WorkerPool.js';
import { Metrics } from '../metrics/Metrics.js';
import type { NewConsumer, NewConsumerAck, Notification } from '../protocol/index.js';
import { micRequest } from '../testing/rtp.js';
import type { ClientLink } from './ClientLink.js';
import { Room } from './Room.js';

/** A client that answers offers as it is told, undefined being no answer. */
class ScriptedLink implements ClientLink {
  readonly notifications: Notification[] = [];
  readonly offers: NewConsumer[] = [];

  constructor(readonly answers: (NewConsumerAck | undefined)[] = []) {}

  notify(notification: Notification): void {
    this.notifications.push(notification);
  }

  askSamples(): Promise<null> {
    return Promise.resolve(null);
  }

  offerConsumer(consumer: NewConsumer): Promise<NewConsumerAck | undefined> {
    this.offers.push(consumer);
    return Promise.resolve(this.answers.shift());
  }

  close(): void {
    this.notifications.length = 0;
  }
}

describe('Room', () => {
  const logger = createLogger('silent');
  let pool: WorkerPool;
  beforeAll(async () => {
    const address = { host: '127.0.0.1', announcedAddress: undefined, port: 0 };
    pool = await WorkerPool.create({ count: 1, address, logger });
  });
  afterAll(() => {
    pool.close();
  });

  /** Somebody produces, and one who answers offers by `answers` receives. */
  const offersFor = async (answers: (NewConsumerAck | undefined)[]): Promise<ScriptedLink> => {
    const room = await Room.create({
      id: 'room',
      maxPeers: 2,
      reconnectGraceMs: 0,
      createRouter: () => pool.createRouter(),
      metrics: new Metrics(),
      logger,
      onEmpty: () => undefined,
    });
    const profile = {
      displayName: 'Ada',
      rtpCapabilities: toMediasoupCapabilities(await pool.routerRtpCapabilities()),
      decodes: ['inn' as const],
    };
    const link = new ScriptedLink(answers);
    const ada = room.join(profile, new ScriptedLink());
    const bob = room.join(profile, link);
    const send = await room.createTransport(ada, { type: 'createTransport', direction: 'send' });
    await room.createTransport(bob, { type: 'createTransport', direction: 'recv' });
    await room.produce(ada, micRequest(send.id));
    const expected = answers.length;
    await expect.poll(() => link.offers.length, { timeout: 20_000 }).toBe(expected);
    room.close();
    return link;
  };

  it('offers a consumer anew when the client did not answer, and takes the first one back', async () => {
    const link = await offersFor([undefined, { ok: true }]);
    const [first, second] = link.offers;
    expect(second?.producerId).toBe(first?.producerId);
    expect(second?.consumerId).not.toBe(first?.consumerId);
    expect(link.notifications).toContainEqual({
      type: 'consumerClosed',
      consumerId: first?.consumerId,
    });
  });

  it('does not insist when the client refuses', async () => {
    const link = await offersFor([{ ok: false, message: 'no decoder' }]);
    expect(link.offers).toHaveLength(1);
    expect(link.notifications).not.toContainEqual(
      expect.objectContaining({ type: 'consumerClosed' }),
    );
  });
});
