import type { Pass, PassResult } from './passes.js';
import type { WebCodec, WebCodecResult } from './webCodecs.js';

/** What the page asks of the worker; `clip` is the address of a y4m file. */
export type Task =
  | { readonly kind: 'start' }
  | { readonly kind: 'pass'; readonly clip: string; readonly pass: Pass }
  | {
      readonly kind: 'webCodec';
      readonly clip: string;
      readonly codec: WebCodec;
      readonly bitrate: number;
    };

/** `ready`: milliseconds from nothing loaded to a runtime. */
export type Answer =
  | { readonly kind: 'ready'; readonly milliseconds: number }
  | { readonly kind: 'pass'; readonly result: PassResult }
  | { readonly kind: 'webCodec'; readonly result: WebCodecResult }
  | { readonly kind: 'failed'; readonly message: string };
