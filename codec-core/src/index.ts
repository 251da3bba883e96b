export { CodecError, type CodecErrorCode } from './errors.js';
export { i420Size, planesOf, type I420Frame } from './frame/i420.js';
export { lumaDifference } from './frame/lumaDifference.js';
export { MAX_QP, quantizationStep, GROUP_COUNT, type OperatingPoint } from './quant/points.js';
export { createEncoder, type EncoderOptions } from './codec/encoder.js';
export { warmUp } from './codec/warmUp.js';
export { createDecoder, type DecoderOptions } from './codec/decoder.js';
export type {
  DecodedFrame,
  Decoder,
  EncodedFrame,
  Encoder,
  FrameStats,
  FrameType,
  TakeMemory,
} from './codec/types.js';
export { peekFrame, BITSTREAM_VERSION, type FrameHeader } from './bitstream/header.js';
export {
  createCodecRuntime,
  type CodecRuntime,
  type CodecRuntimeOptions,
  type OnnxEngine,
} from './runtime.js';
export type { ModelManifest } from './inn/modelPack.js';
export type { OnnxRuntime } from './inn/onnxStages.js';
export { planePsnr, psnrFromMse, weightedPsnr, type PlanePsnr } from './quality/index.js';
export * from './rate/index.js';
export * from './recovery/index.js';
