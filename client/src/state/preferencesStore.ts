import { z } from 'zod';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { qualitySchema, type Quality } from '../settings.js';

const preferencesSchema = z.object({
  displayName: z.string().max(48).catch(''),
  cameraId: z.string().optional().catch(undefined),
  micId: z.string().optional().catch(undefined),
  speakerId: z.string().optional().catch(undefined),
  quality: qualitySchema.catch('auto'),
  vp8Only: z.boolean().catch(false),
});

/** What this browser remembers of a person. */
export interface Preferences {
  readonly displayName: string;
  readonly cameraId?: string | undefined;
  readonly micId?: string | undefined;
  readonly speakerId?: string | undefined;
  readonly quality: Quality;
  readonly vp8Only: boolean;
}

const DEFAULTS: Preferences = { displayName: '', quality: 'auto', vp8Only: false };

/** Kept in `localStorage`; what was stored by another version is checked. */
export const usePreferences = create<Preferences>()(
  persist(() => DEFAULTS, {
    name: 'inncall.preferences',
    merge: (stored, current) => {
      const parsed = preferencesSchema.safeParse(stored);
      return parsed.success ? { ...current, ...parsed.data } : current;
    },
  }),
);
