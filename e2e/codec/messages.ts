/** What the codec test asks of its worker: the same work with one engine of the networks. */
export interface CodecTask {
  /** The codec's own kernels, or a provider of onnxruntime-web. */
  readonly engine: 'kernels' | 'wasm' | 'webgpu';
  /** Coded frames to decode, base64, a key frame first. */
  readonly frames: readonly string[];
  /** Operating points to encode the decoded pictures with. */
  readonly points: readonly number[];
}

export interface CodecAnswer {
  readonly checksums: readonly number[];
  /** The pictures coded again, base64. */
  readonly coded: readonly string[];
}
