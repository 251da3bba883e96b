import { createSocket, type Socket } from 'node:dgram';
import { createRandom } from '../../codec-core/src/rate/simulation/random.js';
import { EmulatedLink, type LinkCounts, type LinkSettings } from './link.js';
import { TcpFlow, type TcpPacket } from './tcpFlow.js';

/** IPv4 and UDP headers. */
const HEADER_BYTES = 28;

export type Direction = 'toServer' | 'toClient';

export interface RelaySettings {
  readonly toServer: LinkSettings;
  readonly toClient: LinkSettings;
  /** A TCP transfer in the same bottleneck between these times, ms. */
  readonly competing?: {
    readonly direction: Direction;
    readonly from: number;
    readonly to: number;
  };
  readonly seed: number;
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** One passage of the media's packets through a bottleneck: when, ms since the start (less than 0: before it), and size. */
export interface Passage {
  readonly at: number;
  readonly bytes: number;
}

export interface RelayLog {
  /** Packets as the sender put them on the wire, those before the start too. */
  readonly offered: readonly Passage[];
  readonly delivered: readonly Passage[];
  /** All since the relay was opened. */
  readonly counts: LinkCounts;
  /** Bytes of the competing flow that arrived. */
  readonly competingBytes: number;
}

type Datagram = { readonly bytes: number } & (
  | { readonly kind: 'media'; readonly data: Buffer; readonly client: Client }
  | { readonly kind: 'tcp'; readonly packet: TcpPacket }
);

/** A browser's socket at this relay, and the socket that stands for it before the server. */
interface Client {
  readonly address: string;
  readonly port: number;
  readonly upstream: Socket;
}

interface Log {
  /** By the machine's clock. */
  readonly offered: Passage[];
  readonly delivered: Passage[];
  competingBytes: number;
}

const emptyLog = (): Log => ({ offered: [], delivered: [], competingBytes: 0 });

/**
 * A UDP port in place of a server's, with an emulated link in each direction. Scenario time is 0 until
 * `start` and runs from then on.
 */
export class UdpRelay {
  readonly #settings: RelaySettings;
  readonly #target: Target;
  readonly #socket: Socket;
  readonly #links: Readonly<Record<Direction, EmulatedLink<Datagram>>>;
  readonly #logs: Readonly<Record<Direction, Log>> = { toServer: emptyLog(), toClient: emptyLog() };
  readonly #clients = new Map<string, Client>();
  readonly #acknowledgements: { readonly at: number; readonly packet: TcpPacket }[] = [];
  readonly #flow = new TcpFlow();
  #startedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #closed = false;

  private constructor(target: Target, settings: RelaySettings, socket: Socket) {
    this.#target = target;
    this.#settings = settings;
    this.#socket = socket;
    const link = (direction: Direction, seed: number) =>
      new EmulatedLink<Datagram>(this.#onScenarioTime(settings[direction]), createRandom(seed));
    this.#links = {
      toServer: link('toServer', settings.seed),
      toClient: link('toClient', settings.seed + 1),
    };
    socket.on('message', (data, { address, port }) => {
      const client = this.#clientOf(address, port);
      this.#push('toServer', { kind: 'media', bytes: data.length + HEADER_BYTES, data, client });
    });
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(target: Target, settings: RelaySettings): Promise<UdpRelay> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', resolve);
    });
    return new UdpRelay(target, settings, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** ms since `start`; 0 before. */
  get time(): number {
    return this.#scenarioTime(performance.now());
  }

  /** Begins the scenario. */
  start(): void {
    this.#startedAt = performance.now();
    if (this.#settings.competing) this.#pump();
  }

  log(direction: Direction): RelayLog {
    const { offered, delivered, competingBytes } = this.#logs[direction];
    const origin = this.#startedAt ?? performance.now();
    const sinceStart = ({ at, bytes }: Passage): Passage => ({ at: at - origin, bytes });
    return {
      offered: offered.map(sinceStart),
      delivered: delivered.map(sinceStart),
      counts: this.#links[direction].counts,
      competingBytes,
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
    for (const { upstream } of this.#clients.values()) upstream.close();
  }

  #scenarioTime(now: number): number {
    return this.#startedAt === undefined ? 0 : Math.max(0, now - this.#startedAt);
  }

  #onScenarioTime({ capacity, outage, ...rest }: LinkSettings): LinkSettings {
    return {
      ...rest,
      capacity: capacity && ((now) => capacity(this.#scenarioTime(now))),
      outage: (now) => outage(this.#scenarioTime(now)),
    };
  }

  #clientOf(address: string, port: number): Client {
    const key = `${address}:${port}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      const upstream = createSocket('udp4');
      const created: Client = { address, port, upstream };
      upstream.on('message', (data) => {
        const bytes = data.length + HEADER_BYTES;
        this.#push('toClient', { kind: 'media', bytes, data, client: created });
      });
      client = created;
      this.#clients.set(key, client);
    }
    return client;
  }

  #push(direction: Direction, datagram: Datagram): void {
    const now = performance.now();
    if (datagram.kind === 'media') {
      this.#logs[direction].offered.push({ at: now, bytes: datagram.bytes });
    }
    this.#links[direction].push(now, datagram);
    this.#pump();
  }

  /** Delivers what is due and sleeps until the next packet is. */
  #pump(): void {
    if (this.#closed) return;
    const now = performance.now();
    this.#compete(now);
    for (const direction of ['toServer', 'toClient'] as const) {
      for (const datagram of this.#links[direction].poll(now)) {
        this.#deliver(now, direction, datagram);
      }
    }
    const next = Math.min(
      this.#links.toServer.nextAt(now) ?? Infinity,
      this.#links.toClient.nextAt(now) ?? Infinity,
      this.#acknowledgements[0]?.at ?? Infinity,
    );
    if (!Number.isFinite(next) || (this.#timer !== undefined && this.#timerAt <= next)) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#pump();
      },
      Math.max(1, next - now),
    );
  }

  #deliver(now: number, direction: Direction, datagram: Datagram): void {
    const log = this.#logs[direction];
    if (datagram.kind === 'tcp') {
      log.competingBytes += datagram.bytes;
      const back = this.#settings[direction === 'toServer' ? 'toClient' : 'toServer'].delayMs;
      this.#acknowledgements.push({ at: now + back, packet: datagram.packet });
      return;
    }
    log.delivered.push({ at: now, bytes: datagram.bytes });
    const { data, client } = datagram;
    if (direction === 'toServer') {
      client.upstream.send(data, this.#target.port, this.#target.address);
    } else {
      this.#socket.send(data, client.port, client.address);
    }
  }

  #compete(now: number): void {
    const { competing } = this.#settings;
    if (competing === undefined || this.#startedAt === undefined) return;
    for (let head = this.#acknowledgements[0]; head && head.at <= now;) {
      this.#acknowledgements.shift();
      this.#flow.acknowledge(now, head.packet);
      head = this.#acknowledgements[0];
    }
    const time = this.#scenarioTime(now);
    if (time < competing.from || time >= competing.to) return;
    for (const packet of this.#flow.send(now)) {
      this.#links[competing.direction].push(now, { kind: 'tcp', bytes: packet.bytes, packet });
    }
  }
}
