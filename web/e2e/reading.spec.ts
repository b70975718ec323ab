import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { amount, label, saved, stroke, take } from "./desk";
import { end, handOut, partOf, post } from "./handing";
import { readInOhif } from "./ohif";
import { forgetFactor, proveOneself } from "./onetime";
import { enter } from "./people";

const WRONG = "脾臓に長径 45 mm の腫瘤を認めます。";

/** A window of one person's own; any error of its page fails the test. */
async function windowOf(browser: Browser, name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => expect(error.message, "an error of the page").toBe(""));
  await enter(page, (one) => one.name.startsWith(name));
  return page;
}

/** Submit a reading; the dialog says first what is still open. */
async function submit(page: Page) {
  await page.getByRole("button", { name: "提出" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "提出" }).click();
  await expect(page).toHaveURL(/\/annotate$/);
}

/** Paint the liver on each fifth slice and a lesion on one, fill between, undo, redo, reload. */
async function readByBrush(page: Page, attempt: string) {
  await page.goto(`/annotate/attempts/${attempt}`);
  await page.locator("[data-ready=yes]").waitFor();
  await take(page);
  const picture = "canvas.picture";
  await label(page, "肝臓").click();
  for (let n = 0; n < 8; n++) await page.getByRole("button", { name: "大きく" }).click();
  await page.locator(picture).first().focus();
  for (const turn of ["PageUp", "PageDown", "PageDown", "PageDown"]) {
    await page.keyboard.press(turn);
    await stroke(page, picture, [0.36, 0.56], 5);
  }
  await saved(page);
  const drawn = await amount(page, "肝臓");
  expect(drawn).toBeGreaterThan(0);
  await page.getByRole("button", { name: "スライス間を補間" }).click();
  await expect.poll(() => amount(page, "肝臓")).toBeGreaterThan(3 * drawn);
  const filled = await amount(page, "肝臓");
  await label(page, "病変").click();
  for (let n = 0; n < 4; n++) await page.getByRole("button", { name: "小さく" }).click();
  await stroke(page, picture, [0.38, 0.56], 2);
  const lesion = await amount(page, "病変");
  await page.keyboard.press("Control+z");
  await expect.poll(() => amount(page, "病変")).toBe(0);
  await page.keyboard.press("Control+z");
  await expect.poll(() => amount(page, "肝臓")).toBe(drawn);
  await page.keyboard.press("Control+y");
  await page.keyboard.press("Control+y");
  await expect.poll(() => amount(page, "病変")).toBe(lesion);
  await saved(page);
  await page.reload();
  await page.locator("[data-ready=yes]").waitFor();
  expect([await amount(page, "肝臓"), await amount(page, "病変")]).toEqual([filled, lesion]);
  await take(page);
  await submit(page);
}

/** The second reader paints in OHIF, and says in the workbench that there is no lesion. */
async function readElsewhere(page: Page, attempt: string) {
  await readInOhif(page, attempt, "Liver");
  expect(await amount(page, "肝臓")).toBeGreaterThan(0);
  await take(page);
  await page.getByLabel("病変が描かれていない理由").selectOption("absent");
  await submit(page);
}

/** Decide each dispute by keyboard, propose the labels, and sign them by a one-time code. */
async function settle(page: Page, task: string) {
  await page.goto(`/annotate/tasks/${task}`);
  await expect(async () => {
    await page.reload();
    await page.getByRole("link", { name: "2つの読影を比べる" }).click({ timeout: 2_000 });
  }).toPass();
  const left = page.getByText(/^未決 \d+ \/ \d+$/);
  await expect(left).toHaveText(/^未決 ([2-9]|\d\d)/);
  const open = async () => Number(/\d+/.exec((await left.textContent()) ?? "")?.[0]);
  const both = page.getByRole("button", { name: /^両方/ });
  for (let n = await open(); n > 0; n--) {
    // The next dispute is there, and nothing is chosen for it yet.
    await expect(both).toHaveAttribute("aria-pressed", "false");
    await page.keyboard.press("m");
    await page.getByLabel("理由(Enter で保存)").fill("両者を合わせる");
    await page.keyboard.press("Enter");
    await expect.poll(open).toBe(n - 1);
  }
  await page.getByRole("button", { name: "決定をまとめて署名に進む" }).click();
  await proveOneself(page);
  await page.getByRole("button", { name: "ラベルに署名する" }).click();
  const dialog = page.getByRole("dialog");
  const word = /[0-9a-f]{8}/.exec((await dialog.locator("label").textContent()) ?? "")?.[0];
  await dialog.getByRole("textbox").fill(word ?? "");
  await dialog.getByRole("button", { name: "ラベルに署名する" }).click();
  await expect(page.getByText("署名は有効です", { exact: false })).toBeVisible();
}

/** Say of each section that it was read. */
async function confirm(page: Page) {
  for (const box of await page.getByRole("checkbox").all()) await box.check();
}

/** Draft the report; what contradicts the labels is refused, corrected, and signed by the author. */
async function report(page: Page, task: string): Promise<string> {
  await page.goto(`/annotate/tasks/${task}`);
  await page.getByRole("button", { name: "下書きを作る" }).click();
  await page.waitForURL(/\/annotate\/reports\//);
  const findings = page.getByLabel("所見 (日本語)");
  const right = await findings.inputValue();
  const keep = page.getByRole("button", { name: "保存", exact: true });
  const sign = page.getByRole("button", { name: "一次読影医として署名" });
  await findings.fill(`${right}\n${WRONG}`);
  await confirm(page);
  await keep.click();
  await expect(page.getByText("事実にない大きさです", { exact: false })).toBeVisible();
  await expect(sign).toBeDisabled();
  const id = page.url().split("/").pop() ?? "";
  const { revision } = await (await page.request.get(`/api/v1/annotate/reports/${id}`)).json();
  const refused = await post(page, `annotate/reports/${id}/sign`, { revision });
  expect([refused.status(), (await refused.json()).title]).toEqual([422, "report_contradicts"]);
  await findings.fill(right);
  await confirm(page);
  await keep.click();
  await expect(page.getByText("文章は事実と合っています")).toBeVisible();
  await sign.click();
  await expect(page.getByText("次の署名は書いた人とは別の人が行います。")).toBeVisible();
  return id;
}

/** Download a file by its link. */
async function download(page: Page, name: string): Promise<Buffer> {
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name, exact: true }).click();
  return readFile(await (await coming).path());
}

let task = "";

// A task that was signed stays so; one that was left half-way would keep its image.
test.afterEach(async ({ page }) => {
  if (task) await end(page, task);
});

test("two readers, one in OHIF, disagree; it is settled, signed, reported and handed out", async ({
  browser,
  page,
}) => {
  test.setTimeout(300_000);
  await forgetFactor(page, (name) => name.endsWith("裁定"));
  task = await handOut(page, "abdomen-ct", "CT Body");
  const first = await windowOf(browser, "読影医 一");
  await readByBrush(first, await partOf(first, task));
  const second = await windowOf(browser, "読影医 二");
  await readElsewhere(second, await partOf(second, task));
  const judge = await windowOf(browser, "読影医 三");
  await settle(judge, task);
  const id = await report(first, task);
  await judge.goto(`/annotate/reports/${id}`);
  await judge.getByRole("button", { name: "二次読影医として署名" }).click();
  await expect(judge.getByRole("button", { name: "追記して署名" })).toBeVisible();
  const said = JSON.parse((await download(judge, "JSON")).toString());
  expect(said.facts.lesions[0].key).toBe("lesion");
  expect((await download(judge, "PDF")).subarray(0, 5).toString()).toBe("%PDF-");
  await judge.goto(`/annotate/tasks/${task}`);
  const seg = await download(judge, "DICOM SEG");
  expect(seg.subarray(128, 132).toString()).toBe("DICM");
  for (const name of ["Liver", "Lesion"]) expect(seg.includes(name), name).toBe(true);
});
