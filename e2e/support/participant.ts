import { chromium, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import type { TestHook } from '../../client/src/testHook.js';

type CallStats = NonNullable<ReturnType<TestHook['stats']>>;
export type ConsumerReport = CallStats['consumers'][number];
export type ProducerReport = CallStats['producers'][number];

/** Drawing large pages in software costs a machine without GPU more than the codec does. */
const SMALL_WINDOW = { width: 640, height: 480 };
const EXECUTABLE = process.env['INNCALL_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Several pages share two cores; none of them may be throttled as hidden.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** A browser whose camera plays `clip` (a y4m file) in a loop; without one it has the test card. */
export function launchBrowser(clip?: string, extra: readonly string[] = []): Promise<Browser> {
  const camera = clip ? [`--use-file-for-fake-video-capture=${clip}`] : [];
  return chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [...FLAGS, ...camera, ...extra],
  });
}

export interface JoinOptions {
  readonly url: string;
  readonly room: string;
  readonly name: string;
  /** URL options of the client (bitrate, fps, width, height, codec, probe). */
  readonly options?: Readonly<Record<string, string | number>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Called before the page opens. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** One person in a call: a page of a browser and what it measures. */
export class Participant {
  private constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  static async join(browser: Browser, join: JoinOptions): Promise<Participant> {
    const context = await browser.newContext({
      viewport: join.viewport ?? SMALL_WINDOW,
      permissions: ['camera', 'microphone'],
    });
    await join.prepare?.(context);
    const page = await context.newPage();
    const query = new URLSearchParams({ room: join.room });
    for (const [key, value] of Object.entries(join.options ?? {})) query.set(key, String(value));
    await page.goto(`${join.url}/?${query.toString()}`);
    await page.getByRole('textbox', { name: 'Your name' }).fill(join.name);
    await page.getByRole('button', { name: 'Join the call' }).click();
    await expect(page.getByRole('button', { name: 'Leave the call' })).toBeVisible();
    return new Participant(page, join.name);
  }

  async stats(): Promise<CallStats> {
    const stats = await this.page.evaluate(() => window.__inncall?.stats());
    if (!stats) throw new Error(`${this.name} is not in a call`);
    return stats;
  }

  /** Waits until `count` consumers have shown at least `frames` pictures each. */
  async waitForPictures(count: number, frames = 1): Promise<ConsumerReport[]> {
    await expect
      .poll(
        async () => (await this.videoConsumers()).filter((c) => c.framesPresented >= frames).length,
        { message: `${this.name} sees ${count} pictures`, timeout: 90_000 },
      )
      .toBe(count);
    return this.videoConsumers();
  }

  async videoConsumers(): Promise<ConsumerReport[]> {
    return (await this.stats()).consumers.filter((c) => c.source === 'camera');
  }

  async camera(): Promise<ProducerReport> {
    const report = (await this.stats()).producers.find(
      (p) => p.source === 'camera' && p.codec === 'inn',
    );
    if (!report) throw new Error(`${this.name} sends no INN camera`);
    return report;
  }

  async leave(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave the call' }).click();
    await expect(this.page.getByRole('button', { name: 'Leave the call' })).toBeHidden();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/**
 * PSNR (6Y + U + V) / 8 in dB between pictures that `receiver` shows of `consumerId` and the same
 * moments of `sender`'s camera, for up to `count` pictures; the sender needs the option probe=1.
 */
export async function shownQuality(
  sender: Participant,
  receiver: Participant,
  consumerId: string,
  count: number,
): Promise<number[]> {
  const quality: number[] = [];
  for (let attempt = 0; quality.length < count && attempt < 3 * count; attempt++) {
    const shown = await receiver.page.evaluate(async (id) => {
      const picture = await window.__inncall?.shownPicture(id);
      return picture && { ...picture, data: Array.from(picture.data) };
    }, consumerId);
    if (!shown) continue;
    const psnr = await sender.page.evaluate(async (picture) => {
      const source = await window.__inncall?.capturedPicture('camera', picture.captureTime);
      if (source?.width !== picture.width || source.height !== picture.height) return undefined;
      const luma = picture.width * picture.height;
      const chroma = (picture.data.length - luma) / 2;
      const plane = (from: number, length: number): number => {
        let sum = 0;
        for (let i = from; i < from + length; i++) {
          sum += ((picture.data[i] ?? 0) - (source.data[i] ?? 0)) ** 2;
        }
        return sum === 0 ? 100 : 10 * Math.log10((255 * 255 * length) / sum);
      };
      return (6 * plane(0, luma) + plane(luma, chroma) + plane(luma + chroma, chroma)) / 8;
    }, shown);
    if (psnr !== undefined) quality.push(psnr);
    await receiver.page.waitForTimeout(400);
  }
  return quality;
}
