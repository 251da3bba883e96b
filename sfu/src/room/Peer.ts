import { randomUUID } from 'node:crypto';
import type { Producer, RtpCapabilities, WebRtcTransport } from 'mediasoup/types';
import { SfuError } from '../errors.js';
import type {
  LayerOffer,
  Notification,
  PeerInfo,
  ProducerAppData,
  ResponseOf,
  VideoCodec,
} from '../protocol/index.js';
import type { ClientLink } from './ClientLink.js';
import type { Downlink } from './Downlink.js';
import type { Variant } from './variants.js';

/** What a client says about itself when it joins. */
export interface PeerProfile {
  readonly displayName: string;
  readonly rtpCapabilities: RtpCapabilities;
  readonly decodes: readonly VideoCodec[];
}

/** What a peer can code of a variant, see `offerLayers`. */
export interface VariantOffer extends Variant {
  readonly layers: readonly LayerOffer[];
  readonly stopped: boolean;
}

/** A participant: identity, what it can show, and the media it sends and receives. */
export class Peer {
  readonly id = randomUUID();
  /** Secret of the participant: proves its identity on another connection. */
  readonly sessionToken = randomUUID();
  readonly producers = new Map<string, Producer<ProducerAppData>>();
  /** By `variantKey`. */
  readonly layerOffers = new Map<string, VariantOffer>();
  profile: PeerProfile;
  compareMode = false;
  handRaised = false;
  sendTransport: WebRtcTransport | undefined;
  downlink: Downlink | undefined;
  /** Undefined while the connection is gone and the grace period runs. */
  link: ClientLink | undefined;
  graceTimer: NodeJS.Timeout | undefined;

  constructor(profile: PeerProfile, link: ClientLink) {
    this.profile = profile;
    this.link = link;
  }

  get info(): PeerInfo {
    const producers = [...this.producers.values()].map(({ id, kind, appData, paused }) => ({
      id,
      kind,
      appData,
      paused,
    }));
    const off = (source: ProducerAppData['source']): boolean =>
      producers.every((producer) => producer.appData.source !== source || producer.paused);
    return {
      id: this.id,
      displayName: this.profile.displayName,
      connection: this.link === undefined ? 'reconnecting' : 'connected',
      handRaised: this.handRaised,
      micMuted: off('mic'),
      cameraOff: off('camera'),
      decodes: [...this.profile.decodes],
      producers,
    };
  }

  /** Media that the server holds for this peer, as the answer to `join` tells it. */
  get kept(): ResponseOf<'join'>['kept'] {
    const transports = [this.sendTransport, this.downlink?.transport];
    return {
      transportIds: transports.flatMap((transport) => (transport ? [transport.id] : [])),
      producerIds: [...this.producers.keys()],
      consumerIds: [...(this.downlink?.consumers.keys() ?? [])],
    };
  }

  /** Cannot be shown INN, or wants VP8 beside it. */
  get wantsVp8(): boolean {
    return !this.profile.decodes.includes('inn') || this.compareMode;
  }

  notify(notification: Notification): void {
    this.link?.notify(notification);
  }

  /** @throws SfuError `unknown-transport` */
  transport(id: string): WebRtcTransport {
    const found = [this.sendTransport, this.downlink?.transport].find(
      (transport) => transport?.id === id,
    );
    if (found === undefined) {
      throw new SfuError('unknown-transport', `there is no transport ${id}, create one first`);
    }
    return found;
  }

  /** @throws SfuError `unknown-producer` */
  producer(id: string): Producer<ProducerAppData> {
    const found = this.producers.get(id);
    if (found === undefined) {
      throw new SfuError('unknown-producer', `there is no producer ${id} of this peer`);
    }
    return found;
  }

  /** @throws SfuError `unknown-consumer` */
  requireDownlink(): Downlink {
    if (this.downlink === undefined) {
      throw new SfuError('unknown-consumer', 'create a transport of direction "recv" first');
    }
    return this.downlink;
  }

  closeSendTransport(): void {
    this.sendTransport?.close();
    this.sendTransport = undefined;
    this.producers.clear();
    this.layerOffers.clear();
  }

  closeMedia(): void {
    this.closeSendTransport();
    this.downlink?.close();
    this.downlink = undefined;
  }

  close(): void {
    clearTimeout(this.graceTimer);
    this.closeMedia();
    this.link = undefined;
  }
}
