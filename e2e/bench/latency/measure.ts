import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import type { ConsumerReport } from '../../support/participant.js';
import { stayOnJoinPage, type Codec } from '../joinPage.js';

/** A reading of the receiver covers the last 300 pictures: about as long as this at 30 a second. */
const READ_EVERY_MS = 10_000;
/** The bandwidth estimate and lip-sync settle before anything counts. */
const WARM_UP_MS = 8_000;
/** What mediasoup-client receives the server's probes with. */
const PROBATOR_MID = 'probator';

export interface RoundOptions {
  readonly url: string;
  readonly browsers: readonly [sender: Browser, receiver: Browser];
  readonly codec: Codec;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  /** 1: the receiver's own camera is off. */
  readonly cameras: number;
}

/** One call of two people, seen by the one who came second. */
export interface Round {
  readonly codec: Codec;
  /** From pressing "Join the call", ms. */
  readonly joinedMs: number;
  readonly firstPictureMs: number;
  readonly readings: readonly ConsumerReport[];
  /** Frames a second: delivered by the sender's camera, and shown to the receiver. */
  readonly capturedFps: number | undefined;
  readonly shownFps: number;
  readonly plain: PlainStages;
}

/** What the browsers count of their own codec, ms, mean; nothing of it for INN. */
export interface PlainStages {
  readonly encode: number | undefined;
  readonly pacer: number | undefined;
  readonly jitterBuffer: number | undefined;
  readonly decode: number | undefined;
}

/** The members of WebRTC statistics that are read here. */
interface Counters {
  readonly type?: string;
  readonly kind?: string;
  readonly mid?: string;
  readonly totalEncodeTime?: number;
  readonly framesEncoded?: number;
  readonly totalPacketSendDelay?: number;
  readonly packetsSent?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly totalDecodeTime?: number;
  readonly framesDecoded?: number;
  readonly frames?: number;
}

/** Joins a room with a sender, then with a receiver, and watches what the receiver sees. */
export async function measureRound(options: RoundOptions): Promise<Round> {
  const { codec, seconds, browsers } = options;
  const room = `latency-${Math.random().toString(36).slice(2)}`;
  const sender = await openPage(browsers[0], options, room, 'Sender');
  await join(sender, false);
  const receiver = await openPage(browsers[1], options, room, 'Receiver');
  if (options.cameras === 1) {
    await receiver.getByRole('button', { name: 'Switch the camera off' }).click();
  }
  try {
    const start = await join(receiver, true);
    await sleep(WARM_UP_MS);
    const before = await snapshot(sender, receiver);
    const readings: ConsumerReport[] = [];
    for (let left = seconds * 1000; left > 0; left -= READ_EVERY_MS) {
      await sleep(Math.min(left, READ_EVERY_MS));
      readings.push(await shownCamera(receiver));
    }
    const after = await snapshot(sender, receiver);
    const elapsed = (after.at - before.at) / 1000;
    return {
      codec,
      ...start,
      readings,
      capturedFps:
        after.captured === undefined || before.captured === undefined
          ? undefined
          : (after.captured - before.captured) / elapsed,
      shownFps: (after.shown - before.shown) / elapsed,
      plain: plainStages(before, after),
    };
  } finally {
    await sender.context().close();
    await receiver.context().close();
  }
}

async function openPage(
  browser: Browser,
  { url, codec, width, height, fps }: RoundOptions,
  room: string,
  name: string,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 960, height: 640 },
    permissions: ['camera', 'microphone'],
  });
  const page = await context.newPage();
  const query = new URLSearchParams({
    ...{ room, timecode: '1', width: String(width), height: String(height), fps: String(fps) },
    ...(codec === 'vp8' && { codec }),
  });
  await page.goto(`${url}/?${query.toString()}`);
  await stayOnJoinPage(page, name, codec);
  return page;
}

/** Presses the button; the page itself takes the times, at its own screen's pace. */
async function join(
  page: Page,
  pictures: boolean,
): Promise<{ joinedMs: number; firstPictureMs: number }> {
  const pressed = await page.evaluate(() => {
    const button = [...document.querySelectorAll('button')].find(
      ({ textContent }) => textContent === 'Join the call',
    );
    if (!button) throw new Error('There is no button to join the call.');
    button.click();
    return performance.now();
  });
  const joined = page.waitForFunction(
    (start) => document.querySelector('[aria-label="Leave the call"]') && performance.now() - start,
    pressed,
  );
  const firstPicture = page.waitForFunction(
    ([start, wanted]) =>
      (!wanted || window.__inncall?.stats()?.consumers.some((c) => c.framesPresented > 0)) &&
      performance.now() - start,
    [pressed, pictures] as const,
  );
  return {
    joinedMs: Number(await (await joined).jsonValue()),
    firstPictureMs: Number(await (await firstPicture).jsonValue()),
  };
}

interface Snapshot {
  readonly at: number;
  readonly captured: number | undefined;
  readonly shown: number;
  readonly sent: readonly Counters[];
  readonly received: readonly Counters[];
}

async function snapshot(sender: Page, receiver: Page): Promise<Snapshot> {
  const sent = await transportStats(sender, 'send');
  const producers = await sender.evaluate(() => window.__inncall?.stats()?.producers);
  const inn = producers?.find((p) => p.source === 'camera' && p.codec === 'inn')?.stats?.captured;
  const captured = inn ?? sent.find((c) => c.type === 'media-source' && c.kind === 'video')?.frames;
  const received = await transportStats(receiver, 'recv');
  const { framesPresented } = await shownCamera(receiver);
  return { at: performance.now(), captured, shown: framesPresented, sent, received };
}

function transportStats(page: Page, direction: 'send' | 'recv'): Promise<Counters[]> {
  return page.evaluate(
    async (side) => (await window.__inncall?.transportStats(side)) as Counters[],
    direction,
  );
}

async function shownCamera(receiver: Page): Promise<ConsumerReport> {
  const stats = await receiver.evaluate(() => window.__inncall?.stats());
  const camera = stats?.consumers.find(({ source }) => source === 'camera');
  if (!camera) throw new Error('The receiver gets no camera.');
  return camera;
}

function plainStages(before: Snapshot, after: Snapshot): PlainStages {
  const mean = (
    side: 'sent' | 'received',
    type: string,
    sum: keyof Counters,
    count: keyof Counters,
  ): number | undefined => {
    const isVideo = (c: Counters) =>
      c.type === type && c.kind === 'video' && c.mid !== PROBATOR_MID;
    const read = (snapshot: Snapshot, key: keyof Counters) =>
      Number(snapshot[side].find(isVideo)?.[key]);
    const events = read(after, count) - read(before, count);
    const ms = (1000 * (read(after, sum) - read(before, sum))) / events;
    return Number.isFinite(ms) ? ms : undefined;
  };
  return {
    encode: mean('sent', 'outbound-rtp', 'totalEncodeTime', 'framesEncoded'),
    pacer: mean('sent', 'outbound-rtp', 'totalPacketSendDelay', 'packetsSent'),
    jitterBuffer: mean('received', 'inbound-rtp', 'jitterBufferDelay', 'jitterBufferEmittedCount'),
    decode: mean('received', 'inbound-rtp', 'totalDecodeTime', 'framesDecoded'),
  };
}
