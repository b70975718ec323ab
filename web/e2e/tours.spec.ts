import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { ROLES, signIn, watch } from "./people";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

async function expectAccessible(page: Page): Promise<void> {
  // Without frames on the page, axe needs no second page to gather its results on.
  const axe = new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ["violations"] })
    .withTags(TAGS);
  const { violations } = await axe.analyze();
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
  expect(said, page.url()).toEqual([]);
}

// Nobody changes anything here, so two of them go round at once.
test.describe.configure({ mode: "parallel" });

/** Follow a link as people do, and wait until the page is another one and whole. */
async function follow(page: Page, link: Locator): Promise<void> {
  const here = page.url();
  const heading = page.getByRole("heading", { level: 1 });
  await heading.evaluate((one) => one.setAttribute("data-left", ""));
  await link.click();
  if (page.url() !== here) await expect(page.locator("h1:not([data-left])")).toBeVisible();
  await expect(heading).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

async function addresses(links: Locator): Promise<string[]> {
  return links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
}

/** Go through every place and its views; `judge` looks at each page once it is whole. */
async function tour(page: Page, judge: (page: Page) => Promise<void>): Promise<void> {
  const places = page.getByRole("navigation").first();
  for (const place of await addresses(places.getByRole("link"))) {
    await follow(page, places.locator(`a[href="${place}"]`));
    const views = await addresses(page.locator("nav.views a"));
    await judge(page);
    for (const view of views.filter((one) => one !== place)) {
      await follow(page, page.locator(`nav.views a[href="${view}"]`));
      await judge(page);
    }
  }
}

for (const role of ROLES) {
  test(`a ${role} finds every place whole, in both languages`, async ({
    context,
    page,
    baseURL,
  }) => {
    test.setTimeout(240_000);
    const wrong = watch(page, new URL(baseURL ?? "").origin);
    await signIn(context, page, role, "ja");
    await expect(page.locator("html")).toHaveAttribute("lang", "ja");
    // Both languages have one structure and one set of colours: axe judges it once.
    await tour(page, expectAccessible);
    await page.getByRole("banner").getByText("English").click();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await tour(page, async () => {});
    expect(wrong).toEqual([]);
  });
}
