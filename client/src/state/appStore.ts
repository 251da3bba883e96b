import { create } from 'zustand';
import type { DeviceList } from '../capture/devices.js';
import type { ClientError } from '../errors.js';
import type { CallSnapshot } from '../room/callSnapshot.js';
import type { LocalMediaState } from '../room/localMedia.js';
import { UNCHECKED, type SelfCheckState } from '../selfCheck/selfCheck.js';

export type CodecState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready' }
  /** Video is VP8, for this reason. */
  | { readonly status: 'vp8'; readonly reason: string };

/** What the leave page tells of a call that ended. */
export interface CallSummary {
  readonly room: string;
  readonly minutes: number;
  readonly people: number;
  readonly framesShown: number;
  readonly freezes: number;
  /** Capture to display, median over the call's last part, ms. */
  readonly latencyMs: number | undefined;
  readonly latencyP95Ms: number | undefined;
  /** Share of the time in which every picture came well, 0…1. */
  readonly goodShare: number | undefined;
  readonly error: ClientError | undefined;
}

/** Mirror of the managers for the interface; only `InnCallApp` writes it. */
export interface AppState {
  readonly view: 'join' | 'call' | 'left';
  /** Room named in the address. */
  readonly room: string;
  readonly joining: boolean;
  readonly joinError: ClientError | undefined;
  readonly codec: CodecState;
  readonly media: LocalMediaState;
  readonly selfCheck: SelfCheckState;
  readonly devices: DeviceList;
  readonly call: CallSnapshot | undefined;
  readonly summary: CallSummary | undefined;
}

export const NO_MEDIA: LocalMediaState = {
  camera: undefined,
  screen: undefined,
  mic: undefined,
  micOn: false,
  opening: false,
  cameraError: undefined,
  micError: undefined,
};

export const useApp = create<AppState>()(() => ({
  view: 'join',
  room: '',
  joining: false,
  joinError: undefined,
  codec: { status: 'loading' },
  media: NO_MEDIA,
  selfCheck: UNCHECKED,
  devices: { cameras: [], microphones: [], speakers: [] },
  call: undefined,
  summary: undefined,
}));
