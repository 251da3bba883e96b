import { ClientError, type ClientErrorCode } from '../errors.js';
import type { VideoTarget } from '../settings.js';

export interface DeviceInfo {
  readonly deviceId: string;
  readonly label: string;
}

export interface DeviceList {
  readonly cameras: readonly DeviceInfo[];
  readonly microphones: readonly DeviceInfo[];
  readonly speakers: readonly DeviceInfo[];
}

/** What the browser answers when a device of this id is not there. */
const GONE = ['OverconstrainedError', 'NotFoundError'];

type Capturing = 'camera' | 'microphone' | 'screen';

/**
 * @param deviceId a device that was chosen before; another one is taken when it is gone
 * @throws ClientError 'no-camera', 'permission-refused', 'device-busy'
 */
export function openCamera(target: VideoTarget, deviceId?: string): Promise<MediaStreamTrack> {
  return open('camera', async () => {
    const stream = await getChosen(deviceId, (device) => ({
      video: {
        width: { ideal: target.width },
        height: { ideal: target.height },
        frameRate: { ideal: target.frameRate, max: target.frameRate },
        ...device,
      },
    }));
    return stream.getVideoTracks()[0];
  });
}

/** @throws ClientError 'no-microphone', 'permission-refused', 'device-busy' */
export function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
  return open('microphone', async () => {
    const stream = await getChosen(deviceId, (device) => ({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...device },
    }));
    return stream.getAudioTracks()[0];
  });
}

/** @throws ClientError 'screen-refused' */
export function openScreen(target: VideoTarget): Promise<MediaStreamTrack> {
  return open('screen', async () => {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      video: {
        width: { max: target.width },
        height: { max: target.height },
        frameRate: { max: target.frameRate },
      },
      audio: false,
    });
    return stream.getVideoTracks()[0];
  });
}

/** Devices with their names; names are empty before a permission was given. */
export async function listDevices(): Promise<DeviceList> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const ofKind = (kind: MediaDeviceKind): DeviceInfo[] =>
    devices
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ deviceId, label }, index) => ({
        deviceId,
        label: label === '' ? `Device ${String(index + 1)}` : label,
      }));
  return {
    cameras: ofKind('videoinput'),
    microphones: ofKind('audioinput'),
    speakers: ofKind('audiooutput'),
  };
}

/**
 * The chosen device, or any when it is gone. A device that is only `ideal`
 * loses against one that fits the other wishes better.
 */
async function getChosen(
  deviceId: string | undefined,
  constraintsFor: (device: Pick<MediaTrackConstraints, 'deviceId'>) => MediaStreamConstraints,
): Promise<MediaStream> {
  if (deviceId !== undefined) {
    try {
      const chosen = constraintsFor({ deviceId: { exact: deviceId } });
      return await navigator.mediaDevices.getUserMedia(chosen);
    } catch (cause) {
      const gone = cause instanceof Error && GONE.includes(cause.name);
      if (!gone) throw cause;
    }
  }
  return navigator.mediaDevices.getUserMedia(constraintsFor({}));
}

async function open(
  what: Capturing,
  capture: () => Promise<MediaStreamTrack | undefined>,
): Promise<MediaStreamTrack> {
  // Absent outside secure contexts, whatever the type says.
  if (!('mediaDevices' in navigator)) {
    throw new ClientError(
      'unsupported-browser',
      'The browser gives no access to cameras here. Open the page by https or on localhost.',
    );
  }
  try {
    const track = await capture();
    if (track !== undefined) return track;
  } catch (cause) {
    throw toDeviceError(what, cause);
  }
  throw toDeviceError(what, new DOMException('No track.', 'NotFoundError'));
}

const ABSENT: Readonly<Record<Capturing, ClientErrorCode>> = {
  camera: 'no-camera',
  microphone: 'no-microphone',
  screen: 'screen-refused',
};

/** Says what a person can do about a refused device. */
export function toDeviceError(what: Capturing, cause: unknown): ClientError {
  const name = cause instanceof Error ? cause.name : '';
  if (what === 'screen') {
    return new ClientError('screen-refused', 'The screen is not shared: it was refused.', {
      cause,
    });
  }
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return new ClientError(
      'permission-refused',
      `The browser does not allow the ${what}. Allow it by the icon in the address bar, then try again.`,
      { cause },
    );
  }
  if (name === 'NotReadableError' || name === 'AbortError') {
    return new ClientError(
      'device-busy',
      `The ${what} is in use by another program. Close that program, then try again.`,
      { cause },
    );
  }
  return new ClientError(ABSENT[what], `No ${what} was found. Connect one, or join without it.`, {
    cause,
  });
}
