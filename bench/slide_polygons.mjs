// Drives the slide desk in Chromium and prints what the browser's own clocks say, as JSON.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/package.json`)("@playwright/test");
const browser = await chromium.launch({
  executablePath: process.env.RENKEI_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const cdp = await page.context().newCDPSession(page);
await cdp.send("Performance.enable");
await page.addInitScript(() => {
  window.frames_ = 0;
  const count = () => {
    window.frames_++;
    if (!window.drawn_ && document.querySelector(".slide[data-elements]")) {
      window.drawn_ = performance.now();
    }
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
});
await page.goto(process.argv[2]);
const desk = page.locator(".slide[data-elements]");
await desk.waitFor();
await page.waitForFunction(() => window.drawn_);
const load_s = await page.evaluate(() => {
  const [asked] = performance
    .getEntriesByType("resource")
    .filter((one) => one.name.endsWith("/elements/arrays"));
  return (window.drawn_ - asked.startTime) / 1000;
});
const box = await desk.boundingBox();
const middle = [box.x + box.width / 2, box.y + box.height / 2];

async function standing() {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const script = metrics.find((one) => one.name === "ScriptDuration").value;
  return { script, frames: await page.evaluate(() => window.frames_) };
}

/** Milliseconds of script for each frame while the slide is dragged. */
async function panned() {
  await page.mouse.move(...middle);
  await page.mouse.down();
  await page.mouse.move(middle[0] - 10, middle[1]);
  const before = await standing();
  for (let i = 1; i <= 40; i++) await page.mouse.move(middle[0] - 4 * i, middle[1] - 2 * i);
  const after = await standing();
  await page.mouse.up();
  await page.waitForTimeout(400);
  return (1000 * (after.script - before.script)) / Math.max(1, after.frames - before.frames);
}

await page.keyboard.press("v");
const whole_ms = await panned();
await page.mouse.move(...middle);
for (let i = 0; i < 7; i++) {
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(150);
}
await page.waitForTimeout(1_000);
const work_ms = await panned();
await page.locator(".slide canvas").first().focus().catch(() => undefined);
await page.mouse.click(...middle);
await page.keyboard.press("c");
await page.mouse.click(middle[0] + 30, middle[1] + 30);
await page.waitForTimeout(600);
if (process.argv[3]) await page.screenshot({ path: process.argv[3] });
console.log(JSON.stringify({ load_s, whole_ms, work_ms }));
await browser.close();
