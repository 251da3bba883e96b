import type { BrowserContext } from '@playwright/test';
import { createRandom } from '../../codec-core/src/rate/simulation/random.js';
import { UdpRelay } from '../network/udpRelay.js';

declare global {
  interface Window {
    /** Port of 127.0.0.1 that leads to this one of the server. */
    relayPort(address: string, port: number): Promise<number>;
  }
}

/** A relay in the way of all media of some pages, whose loss the test sets as it goes. */
export class RelayedMedia {
  /** Share of the packets lost in each direction, 0..1. */
  loss = 0;
  readonly #delayMs: number;
  #relay: Promise<UdpRelay> | undefined;

  /** @param delayMs one way, added by the relay */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** Leads the media of pages that this context opens through the relay. */
  readonly prepare = async (context: BrowserContext): Promise<void> => {
    await context.exposeFunction('relayPort', async (address: string, port: number) => {
      this.#relay ??= this.#open(address, port);
      return (await this.#relay).port;
    });
    await context.addInitScript(rerouteCandidates);
  };

  async close(): Promise<void> {
    (await this.#relay)?.close();
  }

  #open(address: string, port: number): Promise<UdpRelay> {
    const link = (seed: number) => {
      const random = createRandom(seed);
      return {
        capacity: undefined,
        ...{ queueMs: 300, delayMs: this.#delayMs, jitterMs: 0 },
        loss: () => random.uniform() < this.loss,
        outage: () => false,
      };
    };
    return UdpRelay.open({ address, port }, { toServer: link(1), toClient: link(2), seed: 3 });
  }
}

/** Runs in the page: the server's UDP candidates become the relay's, TCP would go round it. */
function rerouteCandidates(): void {
  const candidate = /^a=candidate:(\S+ \d+) udp (\d+) (\S+) (\d+) (.*)$/;
  const reroute = async (line: string): Promise<string | undefined> => {
    const match = candidate.exec(line);
    if (match === null) return line.startsWith('a=candidate:') ? undefined : line;
    const [, id = '', priority = '', address = '', port, rest = ''] = match;
    const relay = await window.relayPort(address, Number(port));
    return `a=candidate:${id} udp ${priority} 127.0.0.1 ${String(relay)} ${rest}`;
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const lines = await Promise.all((description.sdp ?? '').split('\r\n').map(reroute));
      const sdp = lines.filter((line) => line !== undefined).join('\r\n');
      await super.setRemoteDescription({ type: description.type, sdp });
    }
  };
}
