// Pages in a headless Chromium that tell everything that goes wrong on them. CHROMIUM is the executable.

import puppeteer from 'puppeteer-core';

/**
 * Runs one function with a browser, and closes it in any case.
 */
export async function withBrowser(run) {
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM,
    // Chromium refuses to run as root with its sandbox.
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}

/**
 * A new page, and `found()`, which answers what went wrong on it since it was asked last: errors and warnings on the console,
 * exceptions, requests that failed, and what the content security policy forbade.
 */
export async function watchedPage(browser, viewport) {
  const page = await browser.newPage();
  await page.setViewport(viewport);
  let findings = [];
  const find = (...words) => findings.push(words.join(' '));
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) {
      find(`console ${message.type()}:`, message.text(), message.location().url);
    }
  });
  page.on('pageerror', (error) => find('exception:', error.message));
  page.on('requestfailed', (request) => find('request failed:', request.url(), request.failure()?.errorText));
  await page.exposeFunction('tellOfViolation', (directive, blocked) => find('forbidden by', directive, blocked));
  await page.evaluateOnNewDocument(() =>
    addEventListener('securitypolicyviolation', (event) => tellOfViolation(event.effectiveDirective, event.blockedURI)),
  );
  return { page, found: () => findings.splice(0) };
}
