import { defineConfig } from "@playwright/test";

/** The server of the story is started by `./dev test`, or by hand: RENKEI_STORY_URL names it. */
export default defineConfig({
  testDir: "e2e",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 2,
  // Those who act go first and one by one: each changes what the next one finds. A reading hands
  // its own case out.
  projects: [
    { name: "acts", testIgnore: /tours|reading/, workers: 1 },
    { name: "tours", testMatch: /tours|reading/, dependencies: ["acts"] },
  ],
  forbidOnly: true,
  retries: process.env.CI ? 1 : 0,
  reporter: [["list"], ["junit", { outputFile: process.env.JUNIT_FILE ?? "test-results/e2e.xml" }]],
  use: {
    baseURL: process.env.RENKEI_STORY_URL ?? "http://127.0.0.1:8600",
    timezoneId: "Asia/Tokyo",
    locale: "ja-JP",
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath: process.env.RENKEI_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
