import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { ROLES, signIn, watch } from "./people";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

async function places(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation").first().getByRole("link");
  return links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
}

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

for (const role of ROLES) {
  for (const language of ["ja", "en"] as const) {
    test(`a ${role} finds every place whole, in ${language}`, async ({
      context,
      page,
      baseURL,
    }) => {
      test.setTimeout(240_000);
      // Both languages have one structure and one set of colours: axe judges it once.
      const judge = language === "ja" ? expectAccessible : async () => {};
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
        await judge(page);
        for (const view of below.filter((one) => one !== place)) {
          await page.goto(view);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          await judge(page);
        }
      }
      expect(wrong).toEqual([]);
    });
  }
}
