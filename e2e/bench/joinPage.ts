import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type Page } from '@playwright/test';

/** What a call of the benchmarks sends its picture with. */
export type Codec = 'inn' | 'vp8';

/** Somebody who comes to the join page looks at the picture and types a name before joining. */
export const JOIN_PAGE_MS = 8_000;

/** Types the name and stays for a while; with INN, until the codec has practised. */
export async function stayOnJoinPage(page: Page, name: string, codec: Codec): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  if (codec === 'inn') {
    await expect(page.getByText('The neural codec is ready.')).toBeVisible({ timeout: 60_000 });
  }
  await sleep(JOIN_PAGE_MS);
}
