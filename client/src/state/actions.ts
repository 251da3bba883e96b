import { createContext, use } from 'react';
import type { Quality } from '../settings.js';

/** Everything that the interface can ask for; `InnCallApp` does it. */
export interface AppActions {
  setCameraOn(on: boolean): void;
  setMicOn(on: boolean): void;
  chooseCamera(deviceId: string): void;
  chooseMic(deviceId: string): void;
  chooseSpeaker(deviceId: string): void;
  /** Plays a short sound on the chosen speaker. */
  testSpeaker(): void;
  setQuality(quality: Quality): void;
  setVp8Only(vp8Only: boolean): void;
  setDisplayName(name: string): void;
  setRoom(room: string): void;
  /** Repeats the self-check of the join page. */
  checkAgain(): void;
  join(): void;
  leave(): void;
  /** Back to the join page, same room. */
  backToJoin(): void;
  setScreenOn(on: boolean): void;
  say(text: string): void;
  raiseHand(raised: boolean): void;
  /** Measures what `element` shows of a received video until the returned function is called. */
  watchVideo(consumerId: string, element: HTMLVideoElement): () => void;
  setVideoPreferences(
    consumerId: string,
    size: { readonly width: number; readonly height: number },
    hidden: boolean,
  ): void;
  /** INN and VP8 of every camera side by side. */
  setCompareMode(enabled: boolean): void;
}

export const ActionsContext = createContext<AppActions | undefined>(undefined);

export function useActions(): AppActions {
  const actions = use(ActionsContext);
  if (actions === undefined) throw new Error('ActionsContext has no value.');
  return actions;
}
