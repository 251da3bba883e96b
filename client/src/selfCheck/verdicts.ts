import type { EncoderSpeed } from '../codec-worker/encoderSpeed.js';
import type { LocalMediaState } from '../room/localMedia.js';
import type { VideoTarget } from '../settings.js';
import type { MediaPath } from './mediaPath.js';

/** What a check found, in words a person understands. */
export interface Verdict {
  readonly level: 'checking' | 'good' | 'fair' | 'bad';
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const CHECKING: Verdict = { level: 'checking', text: 'Checking…' };

export function judgeCamera({ camera, opening, cameraError }: LocalMediaState): Verdict {
  if (camera !== undefined) {
    if (camera.muted) {
      return {
        level: 'bad',
        text: 'The camera sends no picture.',
        advice: 'Open its cover, or switch it on at the computer.',
      };
    }
    const { width = 0, height = 0, frameRate = 0 } = camera.getSettings();
    const size = `${String(width)}×${String(height)}`;
    return { level: 'good', text: `Works: ${size}, ${frameRate.toFixed(0)} fps.` };
  }
  if (opening) return CHECKING;
  return cameraError === undefined
    ? { level: 'fair', text: 'Off: nobody will see you.' }
    : { level: 'bad', text: cameraError.message };
}

/** @param heard whether the microphone has heard anything since it was opened */
export function judgeMicrophone(
  { mic, micOn, opening, micError }: LocalMediaState,
  heard: boolean,
): Verdict {
  if (mic !== undefined) {
    if (!micOn) return { level: 'fair', text: 'Muted: nobody will hear you.' };
    return heard
      ? { level: 'good', text: 'Works: it hears you.' }
      : { level: 'fair', text: 'Silent so far.', advice: 'Say something, or choose another one.' };
  }
  if (opening) return CHECKING;
  return micError === undefined
    ? { level: 'fair', text: 'Off: nobody will hear you.' }
    : { level: 'bad', text: micError.message };
}

/** Ways of media to the server by UDP and by TCP. */
export function judgeConnection(udp: MediaPath, tcp: MediaPath): Verdict {
  if (udp.connected) {
    const { roundTripMs } = udp;
    const time = roundTripMs === undefined ? '' : `, ${describeMs(roundTripMs)} there and back`;
    const both = tcp.connected ? 'UDP and TCP' : 'UDP';
    if (roundTripMs !== undefined && roundTripMs > 250) {
      return {
        level: 'fair',
        text: `Slow: ${both}${time}.`,
        advice: 'People will hear you late. A cable or another network may be faster.',
      };
    }
    return { level: 'good', text: `Works: ${both}${time}.` };
  }
  if (tcp.connected) {
    return {
      level: 'fair',
      text: 'Only TCP gets through.',
      advice: 'Pictures may stutter. Ask whoever runs this network to allow UDP.',
    };
  }
  return {
    level: 'bad',
    text: 'Sound and pictures do not get through.',
    advice: 'A firewall is in the way. Try another network, or a phone’s hotspot.',
  };
}

/** The encoder against the time between two pictures of `target`. */
export function judgeEncoder({ frameMs }: EncoderSpeed, target: VideoTarget): Verdict {
  const share = (frameMs * target.frameRate) / 1000;
  const time = `${describeMs(frameMs)} a picture`;
  if (share <= 0.6) return { level: 'good', text: `Fast enough: ${time}.` };
  if (share <= 1) {
    return {
      level: 'fair',
      text: `Just fast enough: ${time}.`,
      advice: 'Close what else is busy on this device.',
    };
  }
  return {
    level: 'bad',
    text: `Slow: ${time}.`,
    advice: 'You will send fewer pictures. Choose Data saver, or VP8.',
  };
}

/** One sentence over all checks. */
export function summarize(verdicts: readonly Verdict[]): string {
  if (verdicts.some(({ level }) => level === 'checking')) return 'Checking your set-up…';
  if (verdicts.some(({ level }) => level === 'bad')) return 'Something needs your attention.';
  if (verdicts.some(({ level }) => level === 'fair')) return 'Good to go, with a remark.';
  return 'All set.';
}

function describeMs(ms: number): string {
  return ms < 1 ? 'under 1 ms' : `${ms.toFixed(0)} ms`;
}
