import { expect, test } from "@playwright/test";
import { signIn } from "./people";

test("a hospital sees its batches, what was held, and signs out", async ({ context, page }) => {
  for (const who of [0, 1]) {
    await signIn(context, page, "hospital", "en", who);
    await page.goto("/collect");
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await page.goto("/collect/quarantine");
    await expect(page.getByRole("heading", { level: 1, name: "Quarantine" })).toBeVisible();
    const rows = page.locator("tbody tr");
    await expect(rows.first().or(page.getByText("Nothing is held."))).toBeVisible();
    // A sentence, not a code.
    if (await rows.count()) await expect(rows.first().locator("b")).not.toHaveText(/_/);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByLabel(/^Password/).first()).toBeVisible();
  }
});

test("a curator opens a case, decides otherwise, and stands there by name", async ({
  context,
  page,
}) => {
  const user = await signIn(context, page, "curator", "en");
  await page.goto("/select/cases?modality=CT&standing=accept");
  const reason = `Looked at on ${new Date().toISOString()}`;
  await page.locator("tbody tr td:first-child a").first().click();
  await expect(page.getByRole("heading", { name: "Measures" })).toBeVisible();
  await expect(page.locator("[data-ready=yes]")).toBeVisible({ timeout: 30_000 });
  const form = page.locator("form");
  await form.getByText("Review", { exact: true }).click();
  await form.getByLabel("Reason").fill(reason);
  await form.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByText(reason)).toBeVisible();
  await expect(page.getByText(user.name).last()).toBeVisible();
});

test("a licensee reads the terms and is told how to download", async ({ context, page }) => {
  await signIn(context, page, "licensee", "en");
  await expect(page.getByRole("heading", { level: 1, name: "Catalogue" })).toBeVisible();
  await page.goto("/market/licences");
  await page.locator("tbody tr td:first-child a").first().click();
  await expect(page.getByRole("heading", { name: "Terms" })).toBeVisible();
  await expect(page.getByText("Re-identify a person")).toBeVisible();
  await expect(page.getByText("renkei market download")).toBeVisible();
  const link = page.getByRole("link", { name: "Manifest" }).first();
  const answer = await page.request.get((await link.getAttribute("href")) ?? "");
  expect(answer.ok()).toBe(true);
  expect(await answer.json()).toBeTruthy();
});

test("an operator sees the jobs and the audit trail behind them", async ({ context, page }) => {
  await signIn(context, page, "operator", "en");
  await page.goto("/server/jobs?state=done");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await expect(page.locator("tbody").getByText("Done").first()).toBeVisible();
  await page.goto("/server/audit");
  await expect(page.locator("tbody tr").first()).toBeVisible();
});

test("a list keeps its filter, sort and search in the address", async ({ context, page }) => {
  await signIn(context, page, "curator", "en");
  await page.goto("/select/cases?standing=accept&sort=-created_at");
  await expect(page.getByRole("columnheader", { name: "Judged" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  await page.keyboard.press("/");
  await page.keyboard.type("007");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=007/);
  await expect(page).toHaveURL(/standing=accept/);
});
