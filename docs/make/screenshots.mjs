// Take a screenshot of each page of a running demo, in Japanese and English, at 1280 × 800.
// node screenshots.mjs URL FOLDER [TOOL]; called by docs/build.py in web/, where Playwright lives.
// TOOL is the address of a hospital's local pages.
import { mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("@playwright/test");
const [address, folder, tool] = process.argv.slice(2);
const LARGEST = 150 * 1024;

// name of the picture: [role, address; "$id" is the first row of the list, list of the API]
const PAGES = {
  "sign-in": [null, "/"],
  home: ["curator", "/"],
  "home-hospital": ["hospital", "/"],
  "home-reader": ["reader", "/"],
  "home-licensee": ["licensee", "/"],
  collect: ["hospital", "/collect"],
  "collect-batch": ["hospital", "/collect/batches/$id", "/collect/batches"],
  "collect-quarantine": ["curator", "/collect/quarantine"],
  consent: ["curator", "/consent"],
  "consent-approval": ["curator", "/consent/approvals/$id", "/consent/approvals"],
  "consent-agreements": ["curator", "/consent/agreements"],
  "consent-consents": ["curator", "/consent/consents"],
  "consent-recalls": ["operator", "/consent/recalls"],
  "consent-recall": ["operator", "/consent/recalls/$id", "/consent/recalls"],
  "consent-preview": ["operator", "/consent/subjects/$id/recall", "/subjects/subjects"],
  subjects: ["curator", "/subjects"],
  subject: ["curator", "/subjects/$id", "/subjects/subjects"],
  "subjects-series": ["curator", "/subjects/series"],
  series: ["curator", "/subjects/series/$id", "/subjects/series"],
  slide: ["curator", "/subjects/slides/$id", "/subjects/slides"],
  record: ["curator", "/subjects/records/$id", "/subjects/records"],
  select: ["curator", "/select"],
  "select-review": ["curator", "/select/queue"],
  "select-duplicates": ["curator", "/select/duplicates"],
  "select-cases": ["curator", "/select/cases"],
  "select-case": ["curator", "/select/cases/$id", "/select/cases?standing=review"],
  "select-flow": ["curator", "/select/flow"],
  "select-recipes": ["curator", "/select/recipes"],
  "select-recipe": ["curator", "/select/recipes/$id", "/select/recipes"],
  annotate: ["curator", "/annotate"],
  "annotate-mine": ["reader", "/annotate"],
  "annotate-hand-out": ["curator", "/annotate/hand-out"],
  "annotate-task": ["curator", "/annotate/tasks/$id", "/annotate/tasks"],
  "annotate-attempt": ["reader", "/annotate/attempts/$id", "/annotate/attempts"],
  "annotate-compare": ["curator", "/annotate/tasks/$id/compare", "/annotate/tasks?state=signed"],
  "annotate-reports": ["reader", "/annotate/reports"],
  "annotate-report": ["reader", "/annotate/reports/$id", "/annotate/reports"],
  preprocess: ["curator", "/preprocess"],
  "preprocess-run": ["curator", "/preprocess/runs/$id", "/preprocess/runs"],
  "preprocess-plans": ["curator", "/preprocess/plans"],
  "preprocess-plan": ["curator", "/preprocess/plans/$id", "/preprocess/plans"],
  "preprocess-build": ["curator", "/preprocess/plans/new?from=$id", "/preprocess/plans"],
  "preprocess-pair": ["curator", "/preprocess/runs/$id", "/preprocess/runs?q=ct_mr_pair"],
  "preprocess-series": ["curator", "/preprocess/runs/$id", "/preprocess/runs?q=followup"],
  publish: ["curator", "/publish"],
  "publish-versions": ["curator", "/publish/versions"],
  "publish-version": ["curator", "/publish/versions/$id", "/publish/versions"],
  "publish-products": ["curator", "/publish/products"],
  ledger: ["curator", "/ledger"],
  "ledger-anchor": ["curator", "/ledger/anchors/$id", "/ledger/anchors"],
  "ledger-trust": ["licensee", "/ledger/trust"],
  market: ["licensee", "/market"],
  "market-listing": ["licensee", "/market/listings/$id", "/market/listings"],
  "market-orders": ["licensee", "/market/orders"],
  "market-order": ["licensee", "/market/orders/$id", "/market/orders"],
  "market-licences": ["licensee", "/market/licences"],
  "market-licence": ["licensee", "/market/licences/$id", "/market/licences"],
  "market-releases": ["curator", "/market/releases"],
  "market-statements": ["hospital", "/market/statements"],
  "market-statement": ["hospital", "/market/statements/$id", "/market/statements"],
  "market-settlements": ["operator", "/market/settlements"],
  "market-settlement": ["operator", "/market/settlements/$id", "/market/settlements"],
  "market-journal": ["operator", "/market/journal"],
  train: ["curator", "/train"],
  "train-model": ["curator", "/train/models/$id", "/train/models"],
  "train-runs": ["curator", "/train/runs"],
  synthesize: ["curator", "/synthesize"],
  "synthesize-set": ["curator", "/synthesize/sets/$id", "/synthesize/sets"],
  people: ["operator", "/people"],
  "people-organisation": ["operator", "/people/organisations/$id", "/people/organisations"],
  "people-users": ["operator", "/people/users"],
  "people-invitations": ["operator", "/people/invitations"],
  "people-tokens": ["licensee", "/people/tokens"],
  jobs: ["operator", "/server/jobs"],
  audit: ["operator", "/server/audit"],
};

// The hospital's own pages, of `renkei hospital pages`.
const TOOL = {
  "hospital-overview": ["/"],
  "hospital-searches": ["/searches"],
  "hospital-held": ["/held"],
  "hospital-review": ["/review"],
  "hospital-batches": ["/batches"],
  "hospital-certificate": ["/batches/1/certificate"],
  "hospital-links": ["/links"],
  "hospital-setup": ["/setup"],
};

/** Open a browser window in a language, signed in by the demo's button of the role. */
async function windowOf(browser, role, language) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: language === "ja" ? "ja-JP" : "en-GB",
    timezoneId: "Asia/Tokyo",
  });
  await context.addInitScript((code) => localStorage.setItem("renkei.language", code), language);
  const page = await context.newPage();
  await page.goto(address);
  if (role) {
    const users = await (await context.request.get(`${address}/api/v1/people/demo/users`)).json();
    const place = users.findIndex((user) => user.role === role);
    await page.locator("button.choice").nth(place).click();
    await page.locator("nav").first().waitFor();
  }
  return page;
}

/** Return the address of a page, with the first row of its list in the place of $id. */
async function place(page, path, list) {
  if (!list) return path;
  const ask = `${address}/api/v1${list}${list.includes("?") ? "&" : "?"}limit=1`;
  const answer = await page.context().request.get(ask);
  const first = answer.ok() ? (await answer.json()).items?.[0] : undefined;
  return first && path.replace("$id", first.id);
}

/** Wait until nothing loads any more; a page that follows events is never idle for long. */
async function settled(page) {
  await page.waitForLoadState("load");
  await page.waitForTimeout(700);
  await page
    .waitForFunction(() => !document.querySelector('[aria-busy="true"], .mantine-Loader-root'), null, {
      timeout: 8000,
    })
    .catch(() => undefined);
  await page.waitForTimeout(300);
}

/** Write the picture as PNG; tell when it is larger than what the repository takes. */
async function shoot(page, name, language) {
  const path = join(folder, `${name}-${language}.png`);
  await page.screenshot({ path, animations: "disabled", scale: "css" });
  const { size } = statSync(path);
  if (size > LARGEST) console.error(`${name}-${language}.png has ${Math.round(size / 1024)} KB`);
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.RENKEI_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
let missing = 0;
for (const language of ["ja", "en"]) {
  const roles = new Set(Object.values(PAGES).map(([role]) => role));
  for (const role of roles) {
    const page = await windowOf(browser, role, language);
    for (const [name, [whose, path, list]] of Object.entries(PAGES)) {
      if (whose !== role) continue;
      const there = await place(page, path, list);
      if (!there) {
        missing += 1;
        console.error(`${name}-${language}: nothing to show`);
        continue;
      }
      if (there !== "/") await page.goto(address + there);
      await settled(page);
      await shoot(page, name, language);
    }
    await page.context().close();
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  for (const [name, [path]] of Object.entries(tool ? TOOL : {})) {
    await page.goto(`${tool}${path}?lang=${language}`);
    await shoot(page, name, language);
  }
  await page.close();
}
await browser.close();
process.exit(missing ? 1 : 0);
