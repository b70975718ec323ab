// Opens the volume desk or NiiVue in Chromium, draws one stroke, and prints the browser's clocks.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/package.json`)("@playwright/test");
const [, , kind, url, picture] = process.argv;
const browser = await chromium.launch({
  executablePath: process.env.RENKEI_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.addInitScript(() => {
  // The time in whatever listens to a move, of the page or of its libraries.
  window.moves_ = [];
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, handler, options) {
    if (!/^(pointer|mouse)move$/.test(type) || typeof handler !== "function") {
      return listen.call(this, type, handler, options);
    }
    const timed = function (...given) {
      const started = performance.now();
      const answer = handler.apply(this, given);
      window.moves_.push(performance.now() - started);
      return answer;
    };
    return listen.call(this, type, timed, options);
  };
  const look = () => {
    // The desk says when the slice that is shown has its voxels.
    if (!window.ready_ && document.querySelector("[data-ready=yes]")) {
      window.ready_ = performance.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
await page.goto(url);
await page.waitForFunction(() => window.ready_, undefined, { timeout: 90_000 });
const first_s = (await page.evaluate(() => window.ready_)) / 1000;

await page.waitForLoadState("networkidle");
const canvas = page.locator(kind === "desk" ? "[data-ready=yes] canvas" : "#c").first();
const box = await canvas.boundingBox();
const at = (i) => [box.x + box.width * (0.35 + 0.008 * i), box.y + box.height * 0.5];
const MOVES = 30;
await page.mouse.move(...at(0));
await page.mouse.down();
await page.evaluate(() => (window.moves_ = []));
const started = Date.now();
for (let i = 1; i <= MOVES; i++) await page.mouse.move(...at(i));
await page.mouse.up();
const stroke_s = (Date.now() - started) / 1000;
const move_ms = (await page.evaluate(() => window.moves_.reduce((a, b) => a + b, 0))) / MOVES;
await page.waitForTimeout(4_000);
if (picture) await page.screenshot({ path: picture });
console.log(JSON.stringify({ first_s, move_ms, stroke_s }));
await browser.close();
