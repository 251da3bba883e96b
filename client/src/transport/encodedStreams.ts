/** Both ends of a browser's pipe of encoded frames. */
export interface EncodedStreams {
  readonly readable: ReadableStream<RTCEncodedVideoFrame>;
  readonly writable: WritableStream<RTCEncodedVideoFrame>;
}
