/**
 * Runs inside the app's pages, before the app: leads media through a relay, and notes when pictures of
 * a {@link codedClip} are captured and shown. Knows nothing of the app but that it uses WebRTC, and when
 * the app calls a picture visible.
 */
import { visibleTime } from '../../client/src/latency/visibleTime.js';
import { readNumber, stripTop } from './pictureNumber.js';

/** A picture with the number that it carries. */
export interface CodedPicture {
  readonly code: number;
  /** ms since the epoch, on this machine's clock */
  readonly at: number;
}

/** The whole of a picture that was shown. */
export interface ShownPicture {
  readonly code: number;
  readonly width: number;
  readonly height: number;
  /** Tight I420, base64. */
  readonly data: string;
}

/** What a page's browser counts of its video, over all of its streams. */
export interface VideoCounters {
  readonly retransmitted: number;
  readonly nacks: number;
  readonly pictureLossIndications: number;
  readonly keyFramesDecoded: number;
  readonly framesDecoded: number;
  /** bit/s; undefined while unknown */
  readonly availableOutgoingBitrate: number | undefined;
}

export interface PageProbe {
  /** Starts to note what the camera delivers. */
  watchCamera(): void;
  /** Starts to note what the first video that comes from somebody else shows. */
  watchShown(sampleEveryMs: number): void;
  captured(): readonly CodedPicture[];
  shown(): readonly CodedPicture[];
  /** Takes out what was kept, oldest first. */
  takeSamples(): ShownPicture[];
  counters(): Promise<VideoCounters>;
}

declare global {
  interface Window {
    benchProbe: PageProbe;
    /** Port of 127.0.0.1 that leads to this one, for a connection that sends or receives media. */
    benchRoute(direction: 'send' | 'receive', address: string, port: number): Promise<number>;
    /** What this page may not have. */
    benchWithoutCamera?: boolean;
  }
}

const CANDIDATE = /^a=candidate:(\S+ \d+) udp (\d+) (\S+) (\d+) (.*)$/;

const connections: RTCPeerConnection[] = [];
const cameraTracks: MediaStreamTrack[] = [];
const captured: CodedPicture[] = [];
const shown: CodedPicture[] = [];

const machineTime = (): number => performance.timeOrigin + performance.now();

/** Replaces the server's candidates by those of relays; TCP would go round them. */
async function reroute(description: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
  // The app's sending connection makes offers, so the server's description is an answer.
  const direction = description.type === 'answer' ? 'send' : 'receive';
  const lines = (description.sdp ?? '').split('\r\n');
  const rerouted = await Promise.all(
    lines.map(async (line) => {
      const match = CANDIDATE.exec(line);
      if (match === null) return line.startsWith('a=candidate:') ? undefined : line;
      const [, id, priority, address = '', port, rest] = match;
      const relay = await window.benchRoute(direction, address, Number(port));
      return `a=candidate:${id ?? ''} udp ${priority ?? ''} 127.0.0.1 ${relay} ${rest ?? ''}`;
    }),
  );
  const sdp = rerouted.filter((line) => line !== undefined).join('\r\n');
  return { type: description.type, sdp };
}

function wrapConnections(): void {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      await super.setRemoteDescription(await reroute(description));
    }
  };
}

function wrapCamera(): void {
  if (!('mediaDevices' in navigator)) return;
  const devices = navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const wantsVideo = constraints?.video !== undefined && constraints.video !== false;
    if (wantsVideo && window.benchWithoutCamera === true) {
      throw new DOMException('This page has no camera.', 'NotFoundError');
    }
    const stream = await original(constraints);
    cameraTracks.push(...stream.getVideoTracks());
    return stream;
  };
}

/** Number in a frame; reads two rows through the middle of the strip. */
async function numberOf(frame: VideoFrame): Promise<number | undefined> {
  const { visibleRect } = frame;
  if (visibleRect === null || frame.format !== 'I420') return undefined;
  const { width, height } = visibleRect;
  const middle = 2 * Math.floor((stripTop(height) + height) / 4);
  const rect = { x: visibleRect.x, y: visibleRect.y + middle, width: width & ~1, height: 2 };
  const rows = new Uint8Array(rect.width * 3);
  await frame.copyTo(rows, {
    rect,
    layout: [
      { offset: 0, stride: rect.width },
      { offset: 2 * rect.width, stride: rect.width / 2 },
      { offset: 2.5 * rect.width, stride: rect.width / 2 },
    ],
  });
  return readNumber(rows.subarray(0, rect.width));
}

function watchCamera(): void {
  const track = cameraTracks.findLast(({ readyState }) => readyState === 'live');
  if (track === undefined) throw new Error('This page has no camera.');
  const processor = new MediaStreamTrackProcessor({ track: track.clone(), maxBufferSize: 8 });
  const reader = processor.readable.getReader();
  // Delivery takes at least something: the least offset seen is the one between both clocks.
  let offset = Infinity;
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) return;
      const captureMs = frame.timestamp / 1000;
      offset = Math.min(offset, machineTime() - captureMs);
      const code = await numberOf(frame);
      frame.close();
      if (code !== undefined) captured.push({ code, at: captureMs + offset });
    }
  };
  void pump();
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Copies are kept raw: to base64 they go when asked for, after the measurement. */
interface KeptPicture {
  readonly code: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}
const kept: KeptPicture[] = [];

async function keep(frame: VideoFrame, code: number): Promise<void> {
  const { visibleRect } = frame;
  if (visibleRect === null) return;
  const width = visibleRect.width & ~1;
  const height = visibleRect.height & ~1;
  const luma = width * height;
  const bytes = new Uint8Array(luma * 1.5);
  await frame.copyTo(bytes, {
    rect: { x: visibleRect.x, y: visibleRect.y, width, height },
    layout: [
      { offset: 0, stride: width },
      { offset: luma, stride: width / 2 },
      { offset: luma * 1.25, stride: width / 2 },
    ],
  });
  kept.push({ code, width, height, bytes });
}

function remoteVideo(): HTMLVideoElement | undefined {
  return [...document.querySelectorAll('video')].find(({ srcObject }) => {
    if (!(srcObject instanceof MediaStream)) return false;
    return srcObject.getVideoTracks().some((track) => !cameraTracks.includes(track));
  });
}

/** Follows one element after the other: the app may replace it. */
function watchShown(sampleEveryMs: number): void {
  let watched: HTMLVideoElement | undefined;
  let nextSample = 0;
  const look = (element: HTMLVideoElement): void => {
    element.requestVideoFrameCallback((refresh, { presentationTime }) => {
      if (watched !== element) return;
      look(element);
      const at = performance.timeOrigin + visibleTime(refresh, presentationTime);
      const frame = new VideoFrame(element);
      const sample = at >= nextSample;
      if (sample) nextSample = at + sampleEveryMs;
      void numberOf(frame)
        .then(async (code) => {
          if (code === undefined) return;
          shown.push({ code, at });
          if (sample) await keep(frame, code);
        })
        .finally(() => frame.close());
    });
  };
  const find = (): void => {
    const element = remoteVideo();
    if (element === watched || element === undefined) return;
    watched = element;
    look(element);
  };
  find();
  setInterval(find, 100);
}

/** Members of `RTCStats` that are read here. */
interface StatsEntry {
  readonly type: string;
  readonly kind?: string;
  readonly nominated?: boolean;
  readonly retransmittedPacketsSent?: number;
  readonly nackCount?: number;
  readonly pliCount?: number;
  readonly keyFramesDecoded?: number;
  readonly framesDecoded?: number;
  readonly availableOutgoingBitrate?: number;
}

async function counters(): Promise<VideoCounters> {
  const live = connections.filter(({ connectionState }) => connectionState !== 'closed');
  const reports = await Promise.all(live.map((connection) => connection.getStats()));
  const entries = reports.flatMap((report) => [...report.values()] as StatsEntry[]);
  const video = entries.filter(({ kind }) => kind === 'video');
  const total = (value: (entry: StatsEntry) => number | undefined): number =>
    video.reduce((sum, entry) => sum + (value(entry) ?? 0), 0);
  return {
    retransmitted: total((entry) => entry.retransmittedPacketsSent),
    nacks: total((entry) => entry.nackCount),
    pictureLossIndications: total((entry) => entry.pliCount),
    keyFramesDecoded: total((entry) => entry.keyFramesDecoded),
    framesDecoded: total((entry) => entry.framesDecoded),
    availableOutgoingBitrate: entries.find(
      ({ type, nominated, availableOutgoingBitrate }) =>
        type === 'candidate-pair' && nominated === true && availableOutgoingBitrate !== undefined,
    )?.availableOutgoingBitrate,
  };
}

wrapConnections();
wrapCamera();
window.benchProbe = {
  watchCamera,
  watchShown,
  captured: () => captured,
  shown: () => shown,
  takeSamples: () => {
    const taken = kept.splice(0);
    return taken.map(({ bytes, ...rest }) => ({ ...rest, data: toBase64(bytes) }));
  },
  counters,
};
