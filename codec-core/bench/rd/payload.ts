/**
 * What a call would put into packets: the bytes of every frame without what a file adds to find
 * them again. H.264 and HEVC lose the start codes of Annex B, VP8, VP9 and AV1 the headers of IVF,
 * AV1 also its temporal delimiters, which RTP drops.
 */

const IVF_FILE_HEADER = 32;
const IVF_FRAME_HEADER = 12;
/** obu_type 2 with a size field of 0. */
const TEMPORAL_DELIMITER = [0x12, 0x00] as const;

/** Bytes of all NAL units of an Annex B stream, start codes and padding zeros not counted. */
export function annexBPayload(stream: Uint8Array): number {
  let bytes = 0;
  let start = -1;
  const close = (end: number) => {
    if (start < 0) return;
    let last = end;
    while (last > start && stream[last - 1] === 0) last--;
    bytes += last - start;
  };
  for (let i = 0; i + 2 < stream.length; i++) {
    if (stream[i] !== 0 || stream[i + 1] !== 0 || stream[i + 2] !== 1) continue;
    close(i);
    start = i + 3;
    i += 2;
  }
  close(stream.length);
  return bytes;
}

/** Sizes of all frames of an IVF file, AV1 temporal delimiters not counted. */
export function ivfPayload(file: Uint8Array): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sizes: number[] = [];
  let offset = IVF_FILE_HEADER;
  while (offset + IVF_FRAME_HEADER <= file.length) {
    const size = view.getUint32(offset, true);
    const frame = offset + IVF_FRAME_HEADER;
    const delimited = TEMPORAL_DELIMITER.every((byte, i) => file[frame + i] === byte);
    sizes.push(size - (delimited ? TEMPORAL_DELIMITER.length : 0));
    offset = frame + size;
  }
  if (offset !== file.length) throw new Error('The IVF file is cut off.');
  return sizes;
}
