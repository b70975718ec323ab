import { expect, type Page } from "@playwright/test";

/** A label in the list of the desk. */
export const label = (page: Page, name: string) =>
  page.getByRole("button", { name: new RegExp(`^\\d\\s*${name}`) });

/** How much of a label is drawn, in mL. */
export async function amount(page: Page, name: string): Promise<number> {
  return Number(/([\d.]+) mL/.exec((await label(page, name).textContent()) ?? "")?.[1] ?? 0);
}

/** Every stroke is saved. */
export const saved = (page: Page) =>
  expect(page.locator('[role=status][data-saved=""]')).toHaveCount(0);

/** An earlier window may still hold the case. */
export async function take(page: Page) {
  const here = page.getByRole("button", { name: "このウィンドウで続ける" });
  await expect(async () => {
    if (await here.isVisible()) await here.click();
    await expect(page.getByRole("button", { name: "提出" })).toBeEnabled({ timeout: 1_000 });
  }).toPass();
}

/** Draw one stroke to the right on a picture, in shares of its size. */
export async function stroke(page: Page, on: string, [x, y]: [number, number], moves = 2) {
  const box = await page.locator(on).first().boundingBox();
  if (!box) throw new Error("the picture has no size");
  const to = (n: number) =>
    page.mouse.move(box.x + box.width * (x + 0.02 * n), box.y + box.height * y);
  await to(0);
  await page.mouse.down();
  for (let n = 1; n <= moves; n++) await to(n);
  await page.mouse.up();
}
