import { type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";
import { enter } from "./people";

const stamp = Date.now().toString(36).toUpperCase();

/** Sign in as the demo's first user of a role; errors of the page fail the test. */
async function signIn(context: BrowserContext, page: Page, role: string): Promise<void> {
  page.on("pageerror", (error) => expect(error.message, "an error of the page").toBe(""));
  await context.addInitScript(() => localStorage.setItem("renkei.language", "en"));
  await enter(page, (one) => one.role === role);
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" });

/** Choose in a list that opens below its field. */
async function choose(
  page: Page,
  label: string,
  option: string | RegExp,
  where: Page | Locator = page.getByRole("dialog"),
): Promise<void> {
  const field = where.getByLabel(new RegExp(`^${label}`));
  await field.and(page.locator("input")).first().click();
  await page.getByRole("option", { name: option }).first().click();
}

test("an operator adds a hospital, its ethics approval and its agreement", async ({
  context,
  page,
}) => {
  await signIn(context, page, "operator");
  await page.goto("/people");
  await button(page, "Add an organisation").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByText("Fill this in")).toBeVisible();
  const hospital = `E2E Hospital ${stamp}`;
  await dialog.getByLabel(/^Name/).fill(hospital);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: hospital })).toBeVisible();
  await button(page, "Make it a source of data").click();
  await dialog.getByLabel(/^Site code/).fill("bad code!");
  await dialog.getByRole("button", { name: "Make it a source of data" }).click();
  await expect(dialog.getByText(/Some characters/)).toBeVisible();
  await dialog.getByLabel(/^Site code/).fill(`E-${stamp}`);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`E-${stamp}`)).toBeVisible();

  await page.goto("/consent");
  const taken = await page.locator("tbody tr td:first-child").first().textContent();
  await button(page, "Record an approval").click();
  await dialog.getByLabel(/^Approval number/).fill(taken ?? "");
  await dialog.getByLabel(/^Committee/).fill("E2E committee");
  await dialog.getByLabel(/^Study/).fill("Forms that are sent");
  await dialog.getByLabel(/^Until/).fill("2030-03-31");
  await choose(page, "Hospitals", hospital);
  await dialog.getByLabel(/^Study/).click();
  const keep = dialog.getByRole("button", { name: "Put on record" });
  await keep.click();
  await expect(dialog.getByLabel(/^Approval number/)).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel(/^Approval number/).fill(`E2E-${stamp}`);
  await keep.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("link", { name: `E2E-${stamp}` })).toBeVisible();

  await page.goto("/consent/agreements");
  await button(page, "Record an agreement").click();
  await choose(page, "Hospital", hospital);
  await dialog.getByLabel(/^Agreement number/).fill(`E2E-A-${stamp}`);
  await dialog.getByLabel(/^From/).fill("2026-04-01");
  await dialog.getByLabel(/^Until/).fill("2025-03-31");
  await keep.click();
  await expect(dialog.getByLabel(/^Until/)).toHaveAttribute("aria-invalid", "true");
  // What was typed outlives the closed form.
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await button(page, "Record an agreement").click();
  await expect(dialog.getByLabel(/^Agreement number/)).toHaveValue(`E2E-A-${stamp}`);
  await dialog.getByLabel(/^Until/).fill("2030-03-31");
  await keep.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`E2E-A-${stamp}`)).toBeVisible();
});

test("a curator opens a dataset, fills a draft, freezes it and offers it", async ({
  context,
  page,
}) => {
  await signIn(context, page, "curator");
  const name = `e2e-${stamp.toLowerCase()}`;
  await page.goto("/publish");
  await button(page, "Open a dataset").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Name/).fill("Not A Name");
  await dialog.getByLabel(/^Title \(Japanese\)/).fill("書式の試験");
  await dialog.getByLabel(/^Title \(English\)/).fill("Forms");
  const open = dialog.getByRole("button", { name: "Open a dataset" });
  await open.click();
  await expect(dialog.getByText(/Some characters/)).toBeVisible();
  await dialog.getByLabel(/^Name/).fill(name);
  await open.click();
  await expect(page).toHaveURL(new RegExp(`dataset=${name}`));
  await button(page, "Open a draft").click();
  await dialog.getByRole("button", { name: "Open a draft" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `${name} 1.0.0` })).toBeVisible();
  await button(page, /ready cases/).click();
  await dialog.getByLabel(/^At most/).fill("3");
  await dialog.getByRole("button", { name: /ready cases/ }).click();
  await expect(dialog.getByText(/^3 of \d+ candidates were added/)).toBeVisible();
  await dialog.locator("footer, div").getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toBeHidden();
  await button(page, /^Freeze/).click();
  await dialog.getByLabel(/Type/).fill(`${name} 1.0.0`);
  await dialog.getByRole("button", { name: /^Freeze/ }).click();
  await expect(page.getByText("Frozen", { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.goto("/publish/products");
  await page
    .getByRole("row", { name: new RegExp(name) })
    .getByRole("link", { name: /offer it/ })
    .click();
  await page.getByLabel(/^Title \(Japanese\)/).fill("書式の試験");
  await page.getByLabel(/^Title \(English\)/).fill(`Forms ${stamp}`);
  const offer = button(page, "Put into the catalogue");
  await offer.click();
  await expect(page.getByLabel(/^Price/)).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel(/^Price/).fill("250000");
  await offer.click();
  await expect(page.getByRole("heading", { level: 1, name: `Forms ${stamp}` })).toBeVisible();
  await expect(page.getByText("¥250,000")).toBeVisible();
  await button(page, "Take off the catalogue").click();
  await expect(page.getByText("Closed", { exact: true })).toBeVisible();
});

test("a curator puts a recipe in force and the old one again, keeps a plan and runs it", async ({
  context,
  page,
}) => {
  await signIn(context, page, "curator");
  await page.goto("/select/recipes");
  const old = await page
    .getByRole("row", { name: /In force/ })
    .getByRole("link")
    .first()
    .getAttribute("href");
  await page.goto(old ?? "");
  await button(page, "New recipe from this").click();
  const dialog = page.getByRole("dialog");
  const text = dialog.getByRole("textbox");
  const toml = await text.inputValue();
  await text.fill("nothing of the kind");
  const force = dialog.getByRole("button", { name: "Put in force" });
  await force.click();
  await expect(dialog.getByText(/not TOML/)).toBeVisible();
  await text.fill(toml.replace(/^version = .*$/m, `version = "${stamp}"`));
  await force.click();
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(stamp) })).toBeVisible();
  await page.goto(old ?? "");
  await button(page, "Put in force").click();
  await expect(page.getByText("In force", { exact: true })).toBeVisible();

  await page.goto("/preprocess/plans");
  await page.getByRole("link", { name: "Build a plan" }).click();
  const name = page.getByRole("textbox", { name: "Name" }).first();
  await name.fill(`even_${stamp.toLowerCase()}`);
  for (const step of ["Orientation", "Spacing"]) {
    await choose(page, "Next step", step, page);
    await button(page, "Add step").click();
  }
  const plan = page.getByLabel("The plan as text");
  await expect(plan).toHaveValue(/output = "ct_resample"/);
  await plan.fill(`${await plan.inputValue()}params = { spacing = [2, 2, 900] }\n`);
  await expect(page.getByText(/lies between 0.2 and 20/).first()).toBeVisible();
  await expect(button(page, "Keep the plan")).toBeDisabled();
  await plan.fill((await plan.inputValue()).replace("900", "2"));
  await expect(page.getByText("This plan can be run.")).toBeVisible();
  await choose(page, "Cases", /Abdomen/, page);
  await page.keyboard.press("Escape");
  await button(page, "Try").click();
  await expect(page.locator(".compare[data-ready=yes]")).toBeVisible({ timeout: 60_000 });
  await button(page, "Keep the plan").click();
  await expect(page.getByRole("heading", { level: 1, name: /^even_/ })).toBeVisible();
  await page.goto("/preprocess");
  await button(page, "Run a plan").click();
  await choose(page, "Plan", `even_${stamp.toLowerCase()} 1`);
  await choose(page, "Cases", /Abdomen/);
  await page.keyboard.press("Tab");
  await dialog.getByRole("checkbox", { name: /With the signed labels/ }).uncheck();
  await dialog.getByRole("button", { name: "Run a plan" }).click();
  await expect(dialog.getByText("1 runs were started.")).toBeVisible();
});

test("a curator starts training and a synthetic set on a frozen version", async ({
  context,
  page,
}) => {
  await signIn(context, page, "curator");
  // The three cases that were frozen above: the work behind it stays small.
  const version = new RegExp(`e2e-${stamp.toLowerCase()} 1.0.0`);
  await page.goto("/train");
  await button(page, "Start training").click();
  const dialog = page.getByRole("dialog");
  const start = dialog.getByRole("button", { name: "Start training" });
  await start.click();
  await expect(dialog.getByText("Fill this in")).toBeVisible();
  await choose(page, "Version", version);
  await dialog.getByLabel(/^Seed/).fill("7");
  await start.click();
  await expect(page).toHaveURL(/\/train\/runs$/);
  await expect(page.locator("tbody tr").first()).toContainText("7");
  await page.goto("/synthesize");
  await button(page, "Synthesise a set").click();
  await choose(page, "Version", version);
  await dialog.getByLabel(/^Cases/).fill("1");
  await dialog.getByRole("button", { name: "Synthesise a set" }).click();
  await expect(page).toHaveURL(/\/synthesize\/sets\/[0-9a-f-]{36}$/);
});

test("a curator takes a decision back at once, and it stays in the history", async ({
  context,
  page,
}) => {
  await signIn(context, page, "curator");
  await page.goto("/select");
  const row = page.locator("tbody tr").last();
  const name = await row.getByRole("link").first().textContent();
  const href = await row.getByRole("link").first().getAttribute("href");
  await row.focus();
  await page.keyboard.press("x");
  await button(page, "Exclude 1").click();
  await page.getByLabel(/^Reason/).fill(`E2E ${stamp}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: name ?? "" })).toHaveCount(0);
  await button(page, "Undo").click();
  await expect(page.getByRole("link", { name: name ?? "" })).toBeVisible();
  await page.goto(href ?? "");
  await expect(page.getByText(`E2E ${stamp}`)).toBeVisible();
  await expect(page.getByText(/· Undone/).first()).toBeVisible();
});

test("Enter that ends a Japanese composition sends nothing", async ({ context, page }) => {
  await signIn(context, page, "operator");
  await page.goto("/people");
  await button(page, "Add an organisation").click();
  const field = page.getByRole("dialog").getByLabel(/^Name/);
  await field.focus();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Input.imeSetComposition", {
    text: "びょういん",
    selectionStart: 5,
    selectionEnd: 5,
  });
  let sent = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") sent += 1;
  });
  await page.keyboard.press("Enter");
  await devtools.send("Input.insertText", { text: "病院" });
  await expect(field).toHaveValue("病院");
  expect(sent).toBe(0);
});

test("no role sees a form that it may not send", async ({ context, page }) => {
  await signIn(context, page, "hospital");
  const forms = /Add an|Record an|Open a [dj]|Run a plan|Keep a plan|Start training|Synthesise a/;
  for (const place of [
    "/people",
    "/consent",
    "/consent/agreements",
    "/consent/workspaces",
    "/publish",
    "/publish/versions",
    "/preprocess",
    "/preprocess/plans",
    "/train",
    "/synthesize",
    "/select/recipes",
  ]) {
    await page.goto(place);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await expect(button(page, forms)).toHaveCount(0);
  }
  await page.goto("/market/offer");
  await expect(page.getByText(/does not see this/)).toBeVisible();
});
