import type { Writable } from 'node:stream';
import type { FrameRow } from './stats.js';

const REFRESH_MS = 200;

/** One line that rewrites itself; silent where nobody watches. */
export interface Progress {
  frame(row: FrameRow): void;
  end(): void;
}

export function createProgress(stream: Writable & { readonly isTTY?: boolean }): Progress {
  if (!stream.isTTY) return { frame: () => undefined, end: () => undefined };
  const start = performance.now();
  let bytes = 0;
  let shown = 0;
  return {
    frame: (row) => {
      bytes += row.bytes;
      const now = performance.now();
      if (now - shown < REFRESH_MS) return;
      shown = now;
      const frames = row.index + 1;
      const perSecond = (frames * 1000) / (now - start);
      const quality = row.psnr ? `  ${row.psnr.weighted.toFixed(2)} dB` : '';
      stream.write(
        `\r\x1b[Kframe ${frames}  index ${row.qp}  ${(bytes / frames / 1000).toFixed(2)} kB per frame${quality}  ${perSecond.toFixed(1)} fps`,
      );
    },
    end: () => {
      if (shown > 0) stream.write('\r\x1b[K');
    },
  };
}
