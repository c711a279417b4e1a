// Pages in a headless Chromium that tell everything that goes wrong on them. CHROMIUM is the executable.

import { chromium } from 'playwright-core';

/** A desk and a telephone. */
export const DESK = { width: 1280, height: 900 };
export const TELEPHONE = { width: 360, height: 740 };

/**
 * Runs one function with a browser, and closes it in any case.
 */
export async function withBrowser(run, { args = [] } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Chromium refuses to run as root with its sandbox.
    chromiumSandbox: process.getuid() !== 0,
    args,
  });
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}

/**
 * A new page that shares nothing with others, and `found()`, which answers what went wrong on it since it was asked last: errors and
 * warnings on the console, exceptions, requests that failed, and what the content security policy forbade. The options are those
 * of a context of Playwright.
 */
export async function watchedPage(browser, options) {
  const context = await browser.newContext(options);
  // On a machine with much else to do, a page takes long to settle.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const findings = [];
  const find = (...words) => findings.push(words.join(' '));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      find(`console ${message.type()}:`, message.text(), message.location().url);
    }
  });
  page.on('pageerror', (error) => find('exception:', error.message));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // What the page itself gives up, or leaves behind when another is loaded, has not failed.
    if (why !== 'net::ERR_ABORTED') find('request failed:', request.url(), why);
  });
  await page.exposeFunction('tellOfViolation', (directive, blocked) => find('forbidden by', directive, blocked));
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) =>
      globalThis.tellOfViolation(event.effectiveDirective, event.blockedURI),
    ),
  );
  return { page, found: () => findings.splice(0) };
}

/** Whether something stands out at the side of a page. */
export const isTooNarrow = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
