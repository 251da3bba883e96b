import { i420Size, type TakeMemory } from '@inncall/codec-core';
import { freshMemory } from './pictureMemory.js';
import { rgbaToI420, scaleI420, splitNv12, type Size } from './pixels.js';
import type { PictureColor } from '../transport/packet.js';

/** A captured picture as the codec takes it: tightly packed I420, even sides. */
export interface CapturedPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly color: PictureColor;
}

const CONVERTED_COLOR: PictureColor = { matrix: 'bt709', fullRange: false };

/**
 * Copies a captured frame: its visible part, at the size at which it is meant
 * to be shown, with even sides. (The browser scales a camera's pictures only
 * by giving them another display size.)
 *
 * I420 and NV12 come as they are; every other format comes as RGBA and is
 * converted to BT.709, limited range.
 *
 * @param take memory for the picture and for what lies between; no piece may come twice
 */
export async function readPicture(
  frame: VideoFrame,
  take: TakeMemory = freshMemory,
): Promise<CapturedPicture> {
  const visible = frame.visibleRect ?? new DOMRect(0, 0, frame.codedWidth, frame.codedHeight);
  const width = visible.width & ~1;
  const height = visible.height & ~1;
  const rect = { x: visible.x & ~1, y: visible.y & ~1, width, height };
  const picture = { width, height, ...(await copyI420(frame, rect, take)) };
  const smaller = frame.displayWidth < visible.width && frame.displayHeight < visible.height;
  return smaller
    ? scaleTo(picture, { width: frame.displayWidth & ~1, height: frame.displayHeight & ~1 }, take)
    : picture;
}

/**
 * @param scale factor on both sides, 0 < scale ≤ 1
 * @param take memory for the smaller picture
 */
export function scalePicture(
  picture: CapturedPicture,
  scale: number,
  take: TakeMemory,
): CapturedPicture {
  if (scale === 1) return picture;
  const side = (length: number) => Math.max(16, Math.round((length * scale) / 2) * 2);
  return scaleTo(picture, { width: side(picture.width), height: side(picture.height) }, take);
}

function scaleTo(picture: CapturedPicture, size: Size, take: TakeMemory): CapturedPicture {
  return {
    ...size,
    color: picture.color,
    data: scaleI420(picture, size, take(i420Size(size.width, size.height))),
  };
}

async function copyI420(
  frame: VideoFrame,
  rect: Size & { readonly x: number; readonly y: number },
  take: TakeMemory,
): Promise<{ data: Uint8Array<ArrayBuffer>; color: PictureColor }> {
  const { width, height } = rect;
  const luma = width * height;
  const chromaStride = width / 2;
  if (frame.format === 'I420') {
    const data = take(i420Size(width, height));
    await frame.copyTo(data, {
      rect,
      layout: [
        { offset: 0, stride: width },
        { offset: luma, stride: chromaStride },
        { offset: luma * 1.25, stride: chromaStride },
      ],
    });
    return { data, color: colorOf(frame) };
  }
  if (frame.format === 'NV12') {
    const nv12 = take(i420Size(width, height));
    await frame.copyTo(nv12, {
      rect,
      layout: [
        { offset: 0, stride: width },
        { offset: luma, stride: width },
      ],
    });
    return { data: splitNv12(nv12, rect, take(i420Size(width, height))), color: colorOf(frame) };
  }
  const rgba = take(luma * 4);
  await frame.copyTo(rgba, { rect, format: 'RGBA', layout: [{ offset: 0, stride: width * 4 }] });
  return { data: rgbaToI420(rgba, rect, take(i420Size(width, height))), color: CONVERTED_COLOR };
}

function colorOf(frame: VideoFrame): PictureColor {
  return {
    matrix: frame.colorSpace.matrix === 'bt709' ? 'bt709' : 'bt601',
    fullRange: frame.colorSpace.fullRange === true,
  };
}
