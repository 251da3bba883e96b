/** Every key of a call; the bar's hints, the key handler and the help dialog read it. */
export const SHORTCUTS = {
  mute: { key: 'm', what: 'Mute or unmute' },
  camera: { key: 'v', what: 'Camera on or off' },
  screen: { key: 's', what: 'Share your screen, or stop' },
  hand: { key: 'h', what: 'Raise or lower your hand' },
  chat: { key: 'c', what: 'Chat' },
  people: { key: 'p', what: 'People' },
  stats: { key: 'i', what: 'Latency and statistics' },
  settings: { key: 'd', what: 'Devices and quality' },
  layout: { key: 'l', what: 'Grid, or one large picture' },
  fullscreen: { key: 'f', what: 'Full screen' },
  pictureInPicture: { key: 'b', what: 'Small window over other programs' },
  help: { key: '?', what: 'This list' },
} as const;

export type ShortcutName = keyof typeof SHORTCUTS;

/** The key as it is printed. */
export function shownKey(name: ShortcutName): string {
  return SHORTCUTS[name].key.toUpperCase();
}

/** Handlers in the shape of Mantine's `useHotkeys`. */
export function toHotkeys(
  handlers: Readonly<Record<ShortcutName, () => void>>,
): [string, () => void][] {
  return (Object.keys(SHORTCUTS) as ShortcutName[]).map((name) => {
    const { key } = SHORTCUTS[name];
    return [key === '?' ? 'shift+?' : key, handlers[name]];
  });
}
