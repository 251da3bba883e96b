import { SfuError } from '../errors.js';
import { serverTime } from '../serverTime.js';
import { toMediasoupCapabilities } from '../media/codecs.js';
import { PathCheck } from '../media/PathCheck.js';
import { refused } from '../media/refused.js';
import type { MediaRouter } from '../media/WorkerPool.js';
import type { Metrics } from '../metrics/Metrics.js';
import {
  PROTOCOL_VERSION,
  type RequestOf,
  type RequestType,
  type ResponseOf,
  type RtpCapabilities,
} from '../protocol/index.js';
import type { ClientLink } from '../room/ClientLink.js';
import type { Peer } from '../room/Peer.js';
import type { Room } from '../room/Room.js';
import type { RoomRegistry } from '../room/RoomRegistry.js';

/** What requests act on. */
export interface HandlerContext {
  readonly registry: RoomRegistry;
  /** Of the least loaded media worker. */
  readonly createRouter: () => Promise<MediaRouter>;
  readonly routerRtpCapabilities: RtpCapabilities;
  readonly maxPeers: number;
  readonly reconnectGraceMs: number;
  readonly metrics: Metrics;
}

export interface Membership {
  readonly room: Room;
  readonly peer: Peer;
}

/** The side of a connection that requests see. */
export interface Connection {
  readonly link: ClientLink;
  readonly gone: boolean;
  membership: Membership | undefined;
  /** The self-check that runs at present. */
  pathCheck: PathCheck | undefined;
}

type Answer<T extends RequestType> = ResponseOf<T> | Promise<ResponseOf<T>>;
type Handler<T extends RequestType> = (
  request: RequestOf<T>,
  connection: Connection,
  context: HandlerContext,
) => Answer<T>;

const done = {};

export const handlers: { readonly [T in RequestType]: Handler<T> } = {
  hello: ({ protocolVersion }, _connection, context) => {
    if (protocolVersion !== PROTOCOL_VERSION) {
      throw new SfuError(
        'version-mismatch',
        `the server speaks version ${String(PROTOCOL_VERSION)}, reload the page`,
      );
    }
    return {
      protocolVersion: PROTOCOL_VERSION,
      routerRtpCapabilities: context.routerRtpCapabilities,
      maxPeersPerRoom: context.maxPeers,
      reconnectGraceMs: context.reconnectGraceMs,
    };
  },

  checkPath: async ({ protocol, dtlsParameters }, connection, { createRouter }) => {
    connection.pathCheck?.close();
    const check = await PathCheck.open(await createRouter(), protocol, dtlsParameters);
    if (connection.gone) {
      check.close();
      throw new SfuError('not-joined', 'the connection is gone');
    }
    connection.pathCheck = check;
    const { iceParameters, iceCandidates, dtlsParameters: server } = check.transport;
    return { iceParameters, iceCandidates, dtlsParameters: server };
  },

  join: async (request, connection, { registry }) => {
    if (connection.membership !== undefined) {
      throw new SfuError('already-joined', 'leave the room before you join another one');
    }
    const profile = {
      displayName: request.displayName,
      rtpCapabilities: toMediasoupCapabilities(request.rtpCapabilities),
      decodes: request.decodes,
    };
    const room = await registry.open(request.roomId);
    if (connection.gone) {
      registry.closeIfEmpty(room);
      throw new SfuError('not-joined', 'the connection is gone');
    }
    const resumed = request.session && room.resume(request.session, profile, connection.link);
    const peer = resumed ?? room.join(profile, connection.link);
    connection.membership = { room, peer };
    // After the answer, so that the client knows who it is.
    setImmediate(() => {
      room.welcome(peer);
    });
    return {
      peerId: peer.id,
      sessionToken: peer.sessionToken,
      resumed: resumed !== undefined,
      peers: [...room.peers.values()].filter((other) => other !== peer).map(({ info }) => info),
      vp8Wanted: room.vp8Wanted(peer),
      chat: [...room.chat],
      kept: peer.kept,
    };
  },

  leave: (_request, connection) => {
    const { room, peer } = member(connection);
    connection.membership = undefined;
    room.leave(peer);
    return done;
  },

  createTransport: async (request, connection) => {
    const { room, peer } = member(connection);
    const transport = await room.createTransport(peer, request);
    return {
      transportId: transport.id,
      iceParameters: transport.iceParameters,
      iceCandidates: transport.iceCandidates,
      dtlsParameters: transport.dtlsParameters,
    };
  },

  connectTransport: async ({ transportId, dtlsParameters }, connection) => {
    const transport = member(connection).peer.transport(transportId);
    await refused('connectTransport', () => transport.connect({ dtlsParameters }));
    return done;
  },

  restartIce: async ({ transportId }, connection) => {
    const transport = member(connection).peer.transport(transportId);
    return { iceParameters: await refused('restartIce', () => transport.restartIce()) };
  },

  produce: async (request, connection) => {
    const { room, peer } = member(connection);
    return { producerId: (await room.produce(peer, request)).id };
  },

  closeProducer: ({ producerId }, connection) => {
    const { room, peer } = member(connection);
    room.closeProducer(peer, producerId);
    return done;
  },

  pauseProducer: async ({ producerId }, connection) => {
    const { room, peer } = member(connection);
    await room.pauseProducer(peer, producerId);
    return done;
  },

  resumeProducer: async ({ producerId }, connection) => {
    const { room, peer } = member(connection);
    await room.resumeProducer(peer, producerId);
    return done;
  },

  resumeConsumer: async ({ consumerId }, connection) => {
    const { room, peer } = member(connection);
    const consumer = peer.requireDownlink().consumer(consumerId);
    await refused('resumeConsumer', () => consumer.start());
    room.decideLayers();
    return done;
  },

  setConsumerPreferences: async ({ consumerId, width, height, paused, priority }, connection) => {
    const { room, peer } = member(connection);
    const downlink = peer.requireDownlink();
    const preferences = { width, height, paused, priority };
    await refused('setConsumerPreferences', () => downlink.setPreferences(consumerId, preferences));
    room.decideLayers();
    return done;
  },

  offerLayers: (request, connection) => {
    const { room, peer } = member(connection);
    room.offerLayers(peer, request);
    return done;
  },

  layerShown: ({ consumerId }, connection) => {
    const { room, peer } = member(connection);
    peer.requireDownlink().consumer(consumerId).noteShown();
    room.decideLayers();
    return done;
  },

  limitDownlink: (request, connection) => {
    const { room, peer } = member(connection);
    room.limitDownlink(peer, request);
    return done;
  },

  requestKeyFrame: async ({ consumerId }, connection) => {
    const { consumer } = member(connection).peer.requireDownlink().consumer(consumerId);
    await refused('requestKeyFrame', () => consumer.requestKeyFrame());
    return done;
  },

  setDecodes: ({ decodes }, connection) => {
    const { room, peer } = member(connection);
    room.setDecodes(peer, decodes);
    return done;
  },

  setCompareMode: ({ enabled }, connection) => {
    const { room, peer } = member(connection);
    room.setCompareMode(peer, enabled);
    return done;
  },

  feedback: ({ consumerId, report }, connection) => {
    const { room, peer } = member(connection);
    room.relayFeedback(peer, consumerId, report);
    return done;
  },

  sourceSamples: async ({ consumerId, drawnAt }, connection) => {
    const { room, peer } = member(connection);
    return { samples: await room.sourceSamples(peer, consumerId, drawnAt) };
  },

  chat: ({ text }, connection) => {
    const { room, peer } = member(connection);
    return { message: room.say(peer, text) };
  },

  raiseHand: ({ raised }, connection) => {
    const { room, peer } = member(connection);
    room.raiseHand(peer, raised);
    return done;
  },

  clockSync: ({ t0 }) => {
    const t1 = serverTime();
    return { t0, t1, t2: serverTime() };
  },

  reportStats: ({ latency, freezes, repairs }, connection, { metrics }) => {
    member(connection);
    metrics.receptionReported({ latency, freezes, repairs });
    return done;
  },
};

/** @throws SfuError `not-joined` */
function member({ membership, link }: Connection): Membership {
  if (membership?.peer.link !== link) {
    throw new SfuError('not-joined', 'join a room first');
  }
  return membership;
}
