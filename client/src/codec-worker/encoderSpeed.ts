import type { Encoder } from '@inncall/codec-core';
import { swayingScene, type PictureSize } from './swayingScene.js';

/** How long this device takes to encode one picture once the engine has its best machine code, ms. */
export interface EncoderSpeed {
  readonly keyFrameMs: number;
  /** Median over the last predicted frames. */
  readonly frameMs: number;
}

/**
 * Chromium replaces the first, slow machine code of WebAssembly function by function: the last change
 * of speed was seen after 100 to 150 pictures of 640×360.
 */
const PICTURES = 160;
/** A slow device is not kept busy for longer. */
const LIMIT_MS = 8_000;
/** Key frames between them, so that their code is replaced, too. */
const KEY_FRAME_EVERY = 8;
const MEASURED_PICTURES = 15;
/** A usual point of a camera. */
const QP = 34;

export interface EncoderSpeedOptions {
  /** Of this size; it stays open. */
  readonly encoder: Encoder;
  readonly size: PictureSize;
  /** ms */
  readonly now: () => number;
  /** Asked before each picture: somebody else needs the thread. */
  readonly stopped: () => boolean;
  /** For a decoder that rehearses. */
  readonly onCoded: (data: Uint8Array) => void;
}

/**
 * Codes pictures of a moving, textured scene, as hard as a person who moves, until the
 * engine has warmed up, and measures the encoder then. A call that starts on this engine does not
 * stumble through its first seconds.
 *
 * @returns `undefined` when stopped early
 */
export async function measureEncoderSpeed(
  options: EncoderSpeedOptions,
): Promise<EncoderSpeed | undefined> {
  const { encoder, size, now, stopped, onCoded } = options;
  const scene = swayingScene(size);
  const times: number[] = [];
  let keyFrameMs = 0;
  const end = now() + LIMIT_MS;
  for (let index = 0; index < PICTURES && (now() < end || times.length === 0); index += 1) {
    if (stopped()) return undefined;
    const keyFrame = index % KEY_FRAME_EVERY === 0;
    const picture = scene(index);
    const start = now();
    const { data } = await encoder.encode(picture, { qp: QP, keyFrame });
    if (keyFrame) keyFrameMs = now() - start;
    else times.push(now() - start);
    onCoded(data);
  }
  const last = times.slice(-MEASURED_PICTURES).toSorted((a, b) => a - b);
  return { keyFrameMs, frameMs: last[last.length >> 1] ?? 0 };
}
