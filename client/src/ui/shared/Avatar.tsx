import styles from './Avatar.module.css';

/** Initials on a colour that belongs to the name. */
export function Avatar({ name, size }: { readonly name: string; readonly size: number }) {
  return (
    <div
      className={styles.avatar}
      aria-hidden
      style={{ '--size': `${String(size)}px`, '--hue': String(hueOf(name)) } as React.CSSProperties}
    >
      {initialsOf(name)}
    </div>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? '·';
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}

function hueOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return hash;
}
