import {
  retransmits,
  type NewConsumer,
  type ProducerAppData,
  type RequestOf,
  type RequestType,
  type ResponseOf,
} from '@inncall/sfu/protocol';
import { Device, type types } from 'mediasoup-client';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';
import { offerAbsCaptureTime } from './absCaptureTime.js';

/** How media transports ask the server; `SignalingClient` fits. */
export type Request = <T extends RequestType>(request: RequestOf<T>) => Promise<ResponseOf<T>>;

export interface ProduceOptions {
  readonly track: MediaStreamTrack;
  readonly appData: ProducerAppData;
  readonly paused: boolean;
  /** bit/s, video only */
  readonly maxBitrate?: number;
  readonly onRtpSender?: (sender: RTCRtpSender) => void;
}

export type TransportDirection = 'send' | 'recv';

interface MediaTransportsEvents {
  /** The path of media in this direction is up, or not. */
  connection: { readonly direction: TransportDirection; readonly connected: boolean };
}

/** What this browser can send and receive with this server. */
export async function loadDevice(routerRtpCapabilities: types.RtpCapabilities): Promise<Device> {
  try {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    return device;
  } catch (cause) {
    throw new ClientError(
      'unsupported-browser',
      'This browser cannot take part in calls. Use a current Chromium, Chrome or Edge.',
      { cause },
    );
  }
}

/** The two WebRTC transports of this client, one per direction. */
export class MediaTransports extends Emitter<MediaTransportsEvents> {
  readonly #device: Device;
  readonly #request: () => Request;
  readonly #settings: Partial<RTCConfiguration>;
  #send: types.Transport | undefined;
  #recv: types.Transport | undefined;

  /**
   * @param request looked up for each message, since a reconnect replaces it
   * @param settings extra settings of the peer connections
   */
  constructor(device: Device, request: () => Request, settings: Partial<RTCConfiguration>) {
    super();
    this.#device = device;
    this.#request = request;
    this.#settings = settings;
  }

  /** Makes both transports on the server and here. */
  async open(): Promise<void> {
    [this.#send, this.#recv] = await Promise.all([this.#create('send'), this.#create('recv')]);
  }

  get transportIds(): string[] {
    return [this.#send, this.#recv].flatMap((transport) => transport?.id ?? []);
  }

  async produce(options: ProduceOptions): Promise<types.Producer> {
    const { track, appData, paused, maxBitrate, onRtpSender } = options;
    const codec = this.#codecFor(appData.codec);
    const transport = this.#opened(this.#send);
    const producer = await transport.produce({
      track,
      appData: { ...appData, startPaused: paused },
      stopTracks: false,
      disableTrackOnPause: false,
      ...(codec && { codec }),
      ...(maxBitrate !== undefined && { encodings: [{ maxBitrate }] }),
      ...(appData.codec === 'opus' && { codecOptions: { opusDtx: true, opusFec: true } }),
      onRtpSender: (sender) => {
        offerAbsCaptureTime(transport, sender);
        onRtpSender?.(sender);
      },
    });
    this.#mirrorOnServer(producer);
    return producer;
  }

  /** Tells the server what could be sent of a source in one codec, see `offerLayers`. */
  async offerLayers(offer: Omit<RequestOf<'offerLayers'>, 'type'>): Promise<void> {
    await this.#request()({ type: 'offerLayers', ...offer });
  }

  async consume(
    offer: NewConsumer,
    onRtpReceiver?: (receiver: RTCRtpReceiver) => void,
  ): Promise<types.Consumer> {
    return this.#opened(this.#recv).consume({
      id: offer.consumerId,
      producerId: offer.producerId,
      kind: offer.kind,
      rtpParameters: offer.rtpParameters,
      // The browser keeps the tracks of one stream in step: a VP8 camera with its microphone.
      // A carrier must stand alone, or the sound would wait for a picture that nobody shows.
      streamId: `${offer.peerId}-${streamNameOf(offer.appData)}`,
      ...(onRtpReceiver && { onRtpReceiver }),
    });
  }

  async getStats(direction: TransportDirection): Promise<RTCStatsReport | undefined> {
    const transport = direction === 'send' ? this.#send : this.#recv;
    return transport === undefined || transport.closed ? undefined : transport.getStats();
  }

  /** Finds a new path after the network changed. */
  async restartIce(): Promise<void> {
    for (const transport of [this.#send, this.#recv]) {
      if (transport === undefined || transport.closed) continue;
      if (transport.connectionState === 'new' || transport.connectionState === 'connected')
        continue;
      const answer = await this.#request()({ type: 'restartIce', transportId: transport.id });
      await transport.restartIce({ iceParameters: answer.iceParameters });
    }
  }

  close(): void {
    this.#send?.close();
    this.#recv?.close();
    this.clear();
  }

  async #create(direction: TransportDirection): Promise<types.Transport> {
    const answer = await this.#request()({ type: 'createTransport', direction });
    const options = {
      id: answer.transportId,
      iceParameters: answer.iceParameters,
      iceCandidates: answer.iceCandidates as types.IceCandidate[],
      dtlsParameters: answer.dtlsParameters,
      additionalSettings: this.#settings,
    };
    const transport =
      direction === 'send'
        ? this.#device.createSendTransport(options)
        : this.#device.createRecvTransport(options);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#request()({ type: 'connectTransport', transportId: transport.id, dtlsParameters }).then(
        done,
        (cause: unknown) => failed(asError(cause)),
      );
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const { startPaused, ...info } = appData as ProducerAppData & { startPaused: boolean };
      this.#request()({
        type: 'produce',
        transportId: transport.id,
        kind,
        rtpParameters: retransmits(info) ? rtpParameters : withoutNack(rtpParameters),
        appData: info,
        paused: startPaused,
      }).then(
        ({ producerId }) => done({ id: producerId }),
        (cause: unknown) => failed(asError(cause)),
      );
    });
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected' || state === 'disconnected' || state === 'failed') {
        this.emit('connection', { direction, connected: state === 'connected' });
      }
    });
    return transport;
  }

  /** What happens to the local producer happens to the server's. */
  #mirrorOnServer(producer: types.Producer): void {
    let transportClosed = false;
    const tell = (type: 'pauseProducer' | 'resumeProducer' | 'closeProducer') => {
      // The server may have dropped it already, or is away: a rejoin brings both together.
      this.#request()({ type, producerId: producer.id }).catch(() => undefined);
    };
    producer.on('transportclose', () => {
      transportClosed = true;
    });
    producer.observer.on('pause', () => tell('pauseProducer'));
    producer.observer.on('resume', () => tell('resumeProducer'));
    producer.observer.on('close', () => {
      if (!transportClosed) tell('closeProducer');
    });
  }

  #codecFor(codec: ProducerAppData['codec']): types.RtpCodecCapability | undefined {
    if (codec === 'opus') return undefined;
    const codecs = this.#device.recvRtpCapabilities.codecs;
    return codecs?.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  }

  #opened(transport: types.Transport | undefined): types.Transport {
    if (transport === undefined || transport.closed) {
      throw new ClientError('media-failed', 'The media connection is not open. Rejoin the call.');
    }
    return transport;
  }
}

function streamNameOf({ source, codec }: ProducerAppData): string {
  return source === 'screen' || codec === 'inn' ? `${source}-${codec}` : 'person';
}

/** Packets that are lost stay so: nothing goes before newer ones. */
function withoutNack(parameters: types.RtpParameters): types.RtpParameters {
  const codecs = parameters.codecs.map(({ rtcpFeedback = [], ...codec }) => ({
    ...codec,
    rtcpFeedback: rtcpFeedback.filter(({ type, parameter }) => type !== 'nack' || parameter),
  }));
  return { ...parameters, codecs };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
