import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./people";

const SHOWN = "[data-shown=yes]";

async function ready(page: Page): Promise<string> {
  await expect(page.locator(`${SHOWN} [data-ready=yes]`)).toBeVisible({ timeout: 30_000 });
  return (await page.locator(SHOWN).getAttribute("data-case")) ?? "";
}

/** Press a key in the page and tell how many ms pass until another case's picture is painted. */
async function timed(page: Page, key: string): Promise<number> {
  return page.evaluate(
    ([press, shown]) =>
      new Promise<number>((done) => {
        const before = document.querySelector(shown)?.getAttribute("data-case");
        const begun = performance.now();
        dispatchEvent(new KeyboardEvent("keydown", { key: press }));
        const look = () => {
          const now = document.querySelector(shown);
          const other = now && now.getAttribute("data-case") !== before;
          if (!other || !now.querySelector("[data-ready=yes]")) requestAnimationFrame(look);
          // What is drawn in one frame is seen with the next.
          else requestAnimationFrame(() => done(performance.now() - begun));
        };
        requestAnimationFrame(look);
      }),
    [key, SHOWN] as const,
  );
}

test("a curator reviews by keys: a reason, the next case, and back", async ({ context, page }) => {
  await signIn(context, page, "curator", "en");
  await page.goto("/select/queue?standing=accept");
  const first = await ready(page);
  await page.keyboard.press("x");
  await expect(page.getByRole("button", { name: "Noise" })).toBeVisible();
  const kept = page.waitForResponse((answer) => answer.url().endsWith(`${first}/overrides`));
  await page.keyboard.press("1");
  await expect(page.locator(SHOWN)).not.toHaveAttribute("data-case", first);
  expect((await kept).status()).toBe(201);
  await page.keyboard.press("u");
  await expect(page.locator(SHOWN)).toHaveAttribute("data-case", first);
  await expect(page.getByText("Taken back.")).toBeVisible();
});

test("the next case is there soon after its key", async ({ context, page }) => {
  await signIn(context, page, "curator", "en");
  await page.goto("/select/queue?standing=accept");
  await ready(page);
  const took: number[] = [];
  for (let n = 0; n < 8; n++) {
    // As long as a person looks at least: meanwhile the next ones are made ready.
    await page.waitForTimeout(700);
    took.push(await timed(page, "n"));
  }
  took.sort((a, b) => a - b);
  expect(took[4], `ms: ${took.map(Math.round).join(" ")}`).toBeLessThan(1000);
});

test("a place leads the viewer to its slice and is outlined", async ({ context, page }) => {
  await signIn(context, page, "curator", "en");
  await page.goto("/select/cases?modality=CT&standing=accept");
  await page.locator("tbody tr td:first-child a").first().click();
  await expect(page.locator("[data-ready=yes]")).toBeVisible({ timeout: 30_000 });
  const place = page.getByRole("button", { name: /^noisiest · slice/ }).first();
  const number = /slice (\d+)/.exec((await place.textContent()) ?? "")?.[1];
  await place.click();
  await expect(page.getByText(new RegExp(`^${number}/`))).toBeVisible();
  const corner = await page.locator("canvas.picture").evaluate((canvas) => {
    const context2d = (canvas as HTMLCanvasElement).getContext("2d");
    return [...(context2d?.getImageData(0, 0, 1, 1).data ?? [])];
  });
  // Yellow, where a slice is grey.
  expect((corner[0] ?? 0) - (corner[2] ?? 0)).toBeGreaterThan(40);
});
