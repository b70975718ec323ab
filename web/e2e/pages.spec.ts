import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const ROLES = ["hospital", "curator", "reader", "licensee", "operator"] as const;
type Role = (typeof ROLES)[number];
type Language = "ja" | "en";

interface DemoUser {
  id: string;
  name: string;
  role: Role;
  organisation: string;
}

/** Fail on whatever a user would never see but suffers from. */
function watch(page: Page, origin: string): string[] {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error}`));
  page.on("console", (line) => {
    // Nobody is signed in yet: the page asks, and Chromium writes the answer down.
    const asked = line.location().url.endsWith("/people/me") && line.text().includes("401");
    if (line.type() === "error" && !asked) wrong.push(`${page.url()}: ${line.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) wrong.push(`foreign: ${url}`);
  });
  return wrong;
}

async function users(page: Page): Promise<DemoUser[]> {
  return (await page.request.get("/api/v1/people/demo/users")).json();
}

/** Sign in by the demo's button, in a language. */
async function signIn(
  context: BrowserContext,
  page: Page,
  role: Role,
  language: Language,
  who = 0,
): Promise<DemoUser> {
  await context.addInitScript((value) => localStorage.setItem("renkei.language", value), language);
  await page.goto("/");
  const user = (await users(page)).filter((one) => one.role === role)[who];
  if (!user) throw new Error(`the demo has no ${role}`);
  await page.getByRole("button").filter({ hasText: user.name }).click();
  await expect(page.getByRole("banner").getByText(user.name)).toBeVisible();
  return user;
}

async function places(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation").first().getByRole("link");
  return links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
  expect(said, page.url()).toEqual([]);
}

for (const role of ROLES) {
  for (const language of ["ja", "en"] as const) {
    test(`a ${role} finds every place whole, in ${language}`, async ({
      context,
      page,
      baseURL,
    }) => {
      test.setTimeout(240_000);
      const wrong = watch(page, new URL(baseURL ?? "").origin);
      await signIn(context, page, role, language);
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      for (const place of await places(page)) {
        await page.goto(place);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        const views = page.locator("nav.views a");
        const below = await views.evaluateAll((all) =>
          all.map((a) => a.getAttribute("href") ?? ""),
        );
        await expectAccessible(page);
        for (const view of below.filter((one) => one !== place)) {
          await page.goto(view);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          await expectAccessible(page);
        }
      }
      expect(wrong).toEqual([]);
    });
  }
}

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
  await page.goto("/select/cases?modality=CT");
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
