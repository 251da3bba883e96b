import { useEffect, useRef } from 'react';
import { AudioLevel } from '../../capture/audioLevel.js';
import styles from './MicLevel.module.css';

const BARS = 5;

interface MicLevelProps {
  readonly track: MediaStreamTrack | undefined;
  /** Without a ground of its own: not over a picture. */
  readonly plain?: boolean;
}

/** Shows that the microphone hears something. */
export function MicLevel({ track, plain = false }: MicLevelProps) {
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (track === undefined) return;
    const level = new AudioLevel(track);
    const timer = setInterval(() => {
      const lit = Math.round(level.read() * (BARS + 1));
      meter.current?.style.setProperty('--lit', String(lit));
    }, 80);
    const element = meter.current;
    return () => {
      clearInterval(timer);
      level.close();
      element?.style.setProperty('--lit', '0');
    };
  }, [track]);
  return (
    <div
      ref={meter}
      className={styles.meter}
      data-plain={plain}
      role="img"
      aria-label="Microphone level"
    >
      {Array.from({ length: BARS }, (_, index) => (
        <span
          key={index}
          className={styles.bar}
          style={{ '--index': String(index + 1) } as React.CSSProperties}
        />
      ))}
    </div>
  );
}
