import { expect, type BrowserContext, type Page } from '@playwright/test';

declare global {
  interface Window {
    __notices?: string[];
  }
}

/** For `JoinOptions.prepare`: keeps what notifications say; they are gone after seconds. */
export async function recordNotices(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const notices: string[] = [];
    window.__notices = notices;
    new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (!(node instanceof HTMLElement)) continue;
        const shown = node.matches('.mantine-Notification-root')
          ? [node]
          : node.querySelectorAll('.mantine-Notification-root');
        for (const notice of shown) notices.push(notice.textContent);
      }
    }).observe(document, { childList: true, subtree: true });
  });
}

/** Waits until a notification has said this. */
export async function expectNotice(page: Page, text: string): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => window.__notices ?? []), { message: `notice: ${text}` })
    .toContainEqual(expect.stringContaining(text));
}
