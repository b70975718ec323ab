import { expect, type Page } from "@playwright/test";
import { stroke } from "./desk";

/** Open an attempt in OHIF, paint its first label there, save it, and come back. */
export async function readInOhif(page: Page, attempt: string, first: string) {
  await page.goto(`/annotate/attempts/${attempt}`);
  await page.getByRole("button", { name: "OHIF で開く" }).click();
  await page.waitForURL(/\/ohif\/[0-9a-f-]{36}\/segmentation/);
  await expect(page.locator("canvas").first()).toBeVisible({ timeout: 60_000 });
  await page.locator('[data-cy="addSegmentation"]').click();
  // A new segmentation holds the labels of the vocabulary, by name.
  await expect(page.locator('[data-cy="data-row-title"]').first()).toHaveText(first);
  await page.locator('[data-cy="Brush-btn"]').click();
  const save = page.getByRole("button", { name: "Save" });
  const soon = { timeout: 5_000 };
  // Until its image has come, OHIF draws nothing and says nothing; then there is nothing to export.
  await expect(async () => {
    await page.keyboard.press("Escape");
    await stroke(page, "canvas", [0.4, 0.5]);
    await page.locator('[data-cy="segmentation-collapsed-more-btn-Labelmap"]').click(soon);
    await page.getByRole("menuitem", { name: "Export" }).click(soon);
    await page.getByRole("menuitem", { name: "DICOM SEG" }).click(soon);
    await expect(save).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 90_000 });
  const stored = page.waitForResponse((one) => one.request().method() === "POST");
  await save.click();
  expect((await stored).status()).toBe(200);
  await page.goto(`/annotate/attempts/${attempt}`);
  await page.locator("[data-ready=yes]").waitFor();
}
