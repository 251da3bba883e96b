/** Two notes, Hz, each of half a second. */
const NOTES = [523.25, 783.99] as const;
const NOTE_SECONDS = 0.45;
const LOUDNESS = 0.25;

/** Plays a short chime on a speaker, `undefined` for the usual one. */
export async function playTestSound(speakerId: string | undefined): Promise<void> {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = output.stream;
  try {
    // A speaker that is gone leaves the sound on the usual one.
    if (speakerId !== undefined) await element.setSinkId(speakerId).catch(() => undefined);
    await element.play();
    await Promise.all(NOTES.map((frequency, index) => playNote(context, output, frequency, index)));
  } finally {
    element.srcObject = null;
    await context.close();
  }
}

function playNote(
  context: AudioContext,
  output: AudioNode,
  frequency: number,
  index: number,
): Promise<void> {
  const start = context.currentTime + index * NOTE_SECONDS;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, start + NOTE_SECONDS);
  const oscillator = context.createOscillator();
  oscillator.frequency.value = frequency;
  oscillator.connect(gain).connect(output);
  return new Promise((resolve) => {
    oscillator.onended = () => resolve();
    oscillator.start(start);
    oscillator.stop(start + NOTE_SECONDS);
  });
}
