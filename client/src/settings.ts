import { LIMITS } from '@inncall/sfu/protocol';
import { z } from 'zod';

/** How much picture a person wants for how much data. */
export const qualitySchema = z.enum(['auto', 'saver', 'sharp']);
export type Quality = z.infer<typeof qualitySchema>;

/** What the address says; for tests and links. */
export interface UrlOptions {
  /** `?room=NAME` */
  readonly room: string | undefined;
  /** `?codec=vp8`: neither send nor receive INN. */
  readonly vp8Only: boolean;
  /** `?bitrate=KBPS`: upper bound of the camera's bit rate, bit/s. */
  readonly maxBitrate: number | undefined;
  /** `?fps=`, `?width=`, `?height=`: what to ask of the camera. */
  readonly frameRate: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** `?transform=streams`: the older of the browser's two APIs. */
  readonly transform: 'script' | 'streams' | undefined;
  /** `?layers=1…3`: how many INN layers of the camera are offered, however fast this device is. */
  readonly layers: number | undefined;
  /** `?downlink=KBPS`: most that this person wants to receive, bit/s. */
  readonly downlink: number | undefined;
  /** `?probe=1`: keep captured pictures for `window.__inncall`. */
  readonly probe: boolean;
  /**
   * `?timecode=1`, test mode: draw the time into the camera's pictures, read it off shown ones, and
   * compare these with the captured ones.
   */
  readonly timeCode: boolean;
}

const positive = z.coerce.number().positive().max(1e6).optional().catch(undefined);
const layerCount = z.coerce.number().int().min(1).max(LIMITS.layers).optional().catch(undefined);
const roomName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .optional()
  .catch(undefined);

/** Reads a query string; whatever makes no sense counts as absent. */
export function parseUrlOptions(query: string): UrlOptions {
  const parameters = new URLSearchParams(query);
  const number = (name: string) => positive.parse(parameters.get(name) ?? undefined);
  const bitrate = (name: string) => {
    const kilobits = number(name);
    return kilobits === undefined ? undefined : kilobits * 1000;
  };
  return {
    room: roomName.parse(parameters.get('room') ?? undefined),
    vp8Only: parameters.get('codec') === 'vp8',
    maxBitrate: bitrate('bitrate'),
    frameRate: number('fps'),
    width: number('width'),
    height: number('height'),
    transform: z
      .enum(['script', 'streams'])
      .optional()
      .catch(undefined)
      .parse(parameters.get('transform') ?? undefined),
    layers: layerCount.parse(parameters.get('layers') ?? undefined),
    downlink: bitrate('downlink'),
    probe: parameters.get('probe') === '1',
    timeCode: parameters.get('timecode') === '1',
  };
}

/** What to ask of a camera and how much to send of it. */
export interface VideoTarget {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** bit/s */
  readonly maxBitrate: number;
}

const TARGETS: Readonly<Record<Quality, VideoTarget>> = {
  auto: { width: 640, height: 360, frameRate: 30, maxBitrate: 1_500_000 },
  saver: { width: 480, height: 270, frameRate: 20, maxBitrate: 250_000 },
  sharp: { width: 960, height: 540, frameRate: 30, maxBitrate: 3_000_000 },
};

/** Target of the camera; the address overrides the person's choice. */
export function cameraTarget(quality: Quality, url: UrlOptions): VideoTarget {
  const target = TARGETS[quality];
  return {
    width: url.width ?? target.width,
    height: url.height ?? target.height,
    frameRate: url.frameRate ?? target.frameRate,
    maxBitrate: url.maxBitrate ?? target.maxBitrate,
  };
}

/** Largest side lengths of a picture to receive, device pixels. */
export interface PictureLimit {
  readonly width: number;
  readonly height: number;
}

/** Who saves data receives small pictures too; otherwise a tile's size decides. */
export function receiveLimit(quality: Quality): PictureLimit | undefined {
  return quality === 'saver' ? { width: 320, height: 180 } : undefined;
}

/** Target of a shared screen: sharp before smooth. */
export const SCREEN_TARGET: VideoTarget = {
  width: 1280,
  height: 720,
  frameRate: 15,
  maxBitrate: 3_000_000,
};

const WORDS = [
  ['amber', 'brisk', 'calm', 'clear', 'coral', 'early', 'gentle', 'golden', 'ivory', 'lively'],
  ['brook', 'cedar', 'comet', 'field', 'harbor', 'lantern', 'maple', 'meadow', 'river', 'summit'],
] as const;

/** A room name that can be read out: two words and a number. */
export function inventRoomName(random: () => number): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? 'room';
  return `${pick(WORDS[0])}-${pick(WORDS[1])}-${String(100 + Math.floor(random() * 900))}`;
}
