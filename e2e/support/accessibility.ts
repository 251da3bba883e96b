import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** New colours fade in, some after their scheme is said to be there. */
const SETTLE_MS = 10_000;

/** Fails on any violation that axe finds on what the page shows now and goes on showing, in light and in dark. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await expect
      .configure({ soft: true })
      .poll(() => violationsOf(page), { message: `${what}, ${colorScheme}`, timeout: SETTLE_MS })
      .toEqual([]);
  }
}

async function violationsOf(page: Page): Promise<unknown[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => ({
    rule: id,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ''}`),
  }));
}
