import type { ActiveSpeakerObserver, AudioLevelObserver, Producer, Router } from 'mediasoup/types';

/** Quieter than this is silence, dBov. */
const SILENCE_DB = -60;
const INTERVAL_MS = 400;

/** Follows who speaks in a router: the dominant one of several, null in silence. */
export class SpeakerObserver {
  readonly #dominant: ActiveSpeakerObserver;
  readonly #levels: AudioLevelObserver;
  #speaking: string | null = null;

  private constructor(
    dominant: ActiveSpeakerObserver,
    levels: AudioLevelObserver,
    onChange: (producerId: string | null) => void,
  ) {
    this.#dominant = dominant;
    this.#levels = levels;
    const set = (producerId: string | null): void => {
      if (producerId === this.#speaking) return;
      this.#speaking = producerId;
      onChange(producerId);
    };
    dominant.on('dominantspeaker', ({ producer }) => {
      set(producer.id);
    });
    levels.on('volumes', ([loudest]) => {
      if (this.#speaking === null) set(loudest?.producer.id ?? null);
    });
    levels.on('silence', () => {
      set(null);
    });
  }

  /** @param onChange gets the producer that speaks now. */
  static async create(
    router: Router,
    onChange: (producerId: string | null) => void,
  ): Promise<SpeakerObserver> {
    const [dominant, levels] = await Promise.all([
      router.createActiveSpeakerObserver({ interval: INTERVAL_MS }),
      router.createAudioLevelObserver({
        maxEntries: 1,
        threshold: SILENCE_DB,
        interval: INTERVAL_MS,
      }),
    ]);
    return new SpeakerObserver(dominant, levels, onChange);
  }

  async add(producer: Producer): Promise<void> {
    await Promise.all([
      this.#dominant.addProducer({ producerId: producer.id }),
      this.#levels.addProducer({ producerId: producer.id }),
    ]);
  }
}
