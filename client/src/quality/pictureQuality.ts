import type { SourceSamples } from '@inncall/sfu/protocol';
import type { Picture } from '../codec-worker/messages.js';
import { sampledPsnr } from './sampledPsnr.js';

/** As many pictures as count, one a second. */
const KEPT = 30;

/** How near the latest shown pictures come to the captured ones. */
export interface PictureQualityReport {
  /** Mean of their PSNR, (6Y + U + V) / 8, dB. */
  readonly psnr: number;
  /** Pictures compared so far. */
  readonly pictures: number;
}

/** A picture that was on the screen. */
export interface ShownPicture extends Picture {
  /** The time drawn into it, room time in ms, where it can be read (test mode). */
  readonly drawnAt?: number | undefined;
}

/** Samples of the captured picture with this time drawn in; null where nobody has it. */
export type AskSamples = (drawnAt: number) => Promise<SourceSamples | null>;

/** Compares shown pictures with samples of the captured ones (test mode). */
export class PictureQuality {
  readonly #latest: number[] = [];
  #pictures = 0;
  #asking = false;

  /** `undefined` before the first comparison. */
  get report(): PictureQualityReport | undefined {
    const count = this.#latest.length;
    if (count === 0) return undefined;
    const psnr = this.#latest.reduce((sum, value) => sum + value, 0) / count;
    return { psnr, pictures: this.#pictures };
  }

  /** One comparison at a time; whatever cannot be compared is left out. */
  async compare(shown: () => Promise<ShownPicture | undefined>, ask: AskSamples): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const picture = await shown();
      if (picture?.drawnAt === undefined) return;
      const source = await ask(picture.drawnAt);
      const psnr = source && sampledPsnr(picture, source, picture.drawnAt);
      if (typeof psnr === 'number') this.#add(psnr);
    } finally {
      this.#asking = false;
    }
  }

  #add(psnr: number): void {
    this.#pictures += 1;
    this.#latest.push(psnr);
    if (this.#latest.length > KEPT) this.#latest.shift();
  }
}
