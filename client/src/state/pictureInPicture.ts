import { create } from 'zustand';

/** The received video that is seen in the small window over other programs. */
export const usePictureInPictureStore = create<{ readonly consumerId: string | undefined }>()(
  () => ({ consumerId: undefined }),
);
