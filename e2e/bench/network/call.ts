import { fileURLToPath } from 'node:url';
import { errors, type BrowserContext, type Page } from '@playwright/test';
import { build } from 'esbuild';
import type { TestHook } from '../../../client/src/testHook.js';
import { launchBrowser } from '../../support/participant.js';
import { UdpRelay, type RelayLog } from '../../network/udpRelay.js';
import type { CodedClip } from '../codedClip.js';
import { stayOnJoinPage, type Codec } from '../joinPage.js';
import type { CodedPicture, ShownPicture, VideoCounters } from '../pageProbe.js';
import { watchTimerLateness } from '../timerLateness.js';
import { mediaDirection, relaySettings, type Scenario } from './scenarios.js';

export interface CallOptions {
  readonly url: string;
  readonly scenario: Scenario;
  readonly codec: Codec;
  readonly clip: CodedClip;
  readonly fps: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What the app and the browsers say of themselves once a second; for finding causes. */
export interface Reading {
  /** ms since the start, less than 0 before it */
  readonly at: number;
  readonly sender: VideoCounters;
  readonly receiver: VideoCounters | undefined;
  readonly app: ReturnType<TestHook['stats']>;
  readonly receiverApp: ReturnType<TestHook['stats']>;
}

/** Everything seen of one call. */
export interface CallRecord {
  /** ms since the epoch: 0 of the scenario */
  readonly startedAt: number;
  readonly captured: readonly CodedPicture[];
  readonly shown: readonly CodedPicture[];
  readonly samples: readonly ShownPicture[];
  readonly media: RelayLog;
  readonly readings: readonly Reading[];
  /** 95th percentile of how late the relay's process was, ms. */
  readonly latenessMs: number;
}

const PROBE = fileURLToPath(new URL('../pageProbe.ts', import.meta.url));
const VIEWPORT = { width: 700, height: 480 };
const JOIN_LIMIT_MS = 60_000;
const SAMPLE_EVERY_MS = 1000;
const READ_EVERY_MS = 1000;

/**
 * One call through the emulated path: a sender with camera and microphone, and a receiver that only
 * watches, in one Chromium. The relay stands in for the server's UDP port on one leg.
 *
 * @throws Error when no picture is shown
 */
export async function recordCall(options: CallOptions): Promise<CallRecord> {
  const { scenario, codec, clip, seconds, seed } = options;
  const probe = await bundle(PROBE);
  const browser = await launchBrowser(clip.path);
  let relay: Promise<UdpRelay> | undefined;
  const route = (leg: Scenario['leg'], target: { address: string; port: number }) => {
    if (leg !== scenario.leg) return Promise.resolve(target.port);
    relay ??= UdpRelay.open(target, relaySettings(scenario, seed));
    return relay.then(({ port }) => port);
  };
  const join = async (name: string, role: 'sender' | 'receiver'): Promise<Page> => {
    const context = await browser.newContext({
      viewport: VIEWPORT,
      permissions: ['camera', 'microphone'],
    });
    await prepare(context, probe, role, route);
    return joinCall(context, name, options);
  };
  const pages: Page[] = [];
  let over = false;
  const reading = readAgainAndAgain(pages, () => over);
  try {
    const receiver = await join('Receiver', 'receiver');
    await receiver.evaluate((every) => window.benchProbe.watchShown(every), SAMPLE_EVERY_MS);
    const sender = await join('Sender', 'sender');
    pages.push(sender, receiver);
    await firstPicture(receiver);
    await sender.evaluate(() => window.benchProbe.watchCamera());
    if (relay === undefined) throw new Error('No media takes the way through the relay.');
    const path = await relay;
    path.start();
    const lateness = watchTimerLateness();
    const startedAt = performance.timeOrigin + performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    over = true;
    const latenessMs = lateness();
    return {
      startedAt,
      latenessMs,
      captured: await sender.evaluate(() => [...window.benchProbe.captured()]),
      shown: await receiver.evaluate(() => [...window.benchProbe.shown()]),
      samples: await receiver.evaluate(() => window.benchProbe.takeSamples()),
      media: path.log(mediaDirection(scenario)),
      readings: (await reading).map((entry) => ({ ...entry, at: entry.at - startedAt })),
    };
  } catch (cause) {
    throw new Error(`${scenario.name} with ${codec} failed`, { cause });
  } finally {
    over = true;
    await browser.close();
    (await relay)?.close();
  }
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    ...{ bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

async function prepare(
  context: BrowserContext,
  probe: string,
  role: 'sender' | 'receiver',
  route: (leg: Scenario['leg'], target: { address: string; port: number }) => Promise<number>,
): Promise<void> {
  const media = role === 'sender' ? 'send' : 'receive';
  const leg = role === 'sender' ? 'uplink' : 'downlink';
  await context.exposeFunction('benchRoute', (direction: string, address: string, port: number) =>
    direction === media ? route(leg, { address, port }) : port,
  );
  if (role === 'receiver') await context.addInitScript('window.benchWithoutCamera = true;');
  await context.addInitScript(probe);
}

async function joinCall(
  context: BrowserContext,
  name: string,
  { url, scenario, codec, clip, fps }: CallOptions,
): Promise<Page> {
  const page = await context.newPage();
  const query = new URLSearchParams({
    room: `${scenario.name}-${codec}`,
    ...{ width: String(clip.width), height: String(clip.height), fps: String(fps) },
    // The whole picture, however small its tile is.
    layers: '1',
    ...(codec === 'vp8' ? { codec } : {}),
  });
  await page.goto(`${url}/?${query.toString()}`);
  await stayOnJoinPage(page, name, codec);
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page
    .getByRole('button', { name: 'Leave the call' })
    .waitFor({ state: 'visible', timeout: JOIN_LIMIT_MS });
  return page;
}

/** Looks at the pages once a second, from the first one on; times are since the epoch. */
async function readAgainAndAgain(pages: readonly Page[], over: () => boolean): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (;;) {
    const last = over();
    const at = performance.timeOrigin + performance.now();
    const [sending, receiving] = await Promise.all(pages.map(look));
    if (sending) {
      readings.push({
        at,
        sender: sending.counters,
        receiver: receiving?.counters,
        app: sending.app,
        receiverApp: receiving?.app,
      });
    }
    if (last) return readings;
    await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
  }
}

/** A page that closes says nothing. */
function look(page: Page) {
  return page
    .evaluate(async () => ({
      counters: await window.benchProbe.counters(),
      app: window.__inncall?.stats(),
    }))
    .catch(() => undefined);
}

/** A codec that shows nothing on this path within the limit is measured all the same. */
async function firstPicture(receiver: Page): Promise<void> {
  try {
    await receiver.waitForFunction(() => window.benchProbe.shown().length > 0, undefined, {
      timeout: JOIN_LIMIT_MS,
    });
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error;
  }
}
