import type { Decoder, Encoder } from '../codec/types.js';

/** The codec as the commands need it; `innc.ts` gives the real one. */
export interface Codec {
  readonly modelId: number;
  createEncoder(width: number, height: number): Encoder;
  createDecoder(): Decoder;
  close(): Promise<void>;
}
