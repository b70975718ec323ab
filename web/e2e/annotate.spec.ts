import { type Browser, expect, type Page, test } from "@playwright/test";
import { take } from "./desk";
import { enter } from "./people";

interface Row {
  id: string;
  name: string;
  task_id: string;
  slide_id: string | null;
  series_id: string | null;
  part: string;
  state: string;
}

async function list(page: Page, path: string): Promise<Row[]> {
  const answer = await page.request.get(`/api/v1/annotate/${path}?limit=500`);
  return (await answer.json()).items;
}

/** Sign in as the demo's first reader; any error of the page fails the test. */
async function reader(browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => expect(error.message, "an error of the page").toBe(""));
  page.on("console", (message) => {
    // Chromium reports the 409 of a case that another window holds; the page answers it in words.
    if (message.type() !== "error" || message.text().includes("409")) return;
    expect(message.text(), "a console error").toBe("");
  });
  await enter(page, (one) => one.name === "読影医 一");
  return page;
}

/** Own attempts that can be drawn in, on a volume or on a slide. */
async function waiting(page: Page, on: "series_id" | "slide_id"): Promise<Row | undefined> {
  const tasks = new Map((await list(page, "tasks")).map((task) => [task.id, task]));
  return (await list(page, "attempts")).find((one) => {
    const task = tasks.get(one.task_id);
    const open = ["assigned", "open", "returned"].includes(one.state);
    return open && one.part === "reader" && task?.state === "reading" && task[on];
  });
}

const ready = (page: Page) => page.locator("[data-ready=yes]").waitFor();
const volume = (page: Page) => page.getByRole("button", { name: /^1\s*肝臓/ });

test("a reader opens the next case, draws, undoes, comes back and finds the strokes", async ({
  browser,
}) => {
  const page = await reader(browser);
  await page.goto("/annotate");
  const next = page.getByRole("button", { name: "次の症例へ" });
  await expect(next).toBeVisible();
  const attempt = await waiting(page, "series_id");
  test.skip(!attempt, "no volume waits for this reader");
  await page.goto(`/annotate/attempts/${attempt?.id}`);
  await ready(page);
  await take(page);
  await volume(page).click();
  const before = await volume(page).textContent();
  const box = await page.locator("canvas.picture").first().boundingBox();
  if (!box) throw new Error("the picture has no size");
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  const stroke = async (y: number) => {
    await page.mouse.move(...at(0.4, y));
    await page.mouse.down();
    for (let i = 1; i <= 12; i++) await page.mouse.move(...at(0.4 + i * 0.01, y));
    await page.mouse.up();
  };
  const saved = page.getByText(/に保存しました/);
  // Elsewhere in each run: on a label that is there already a stroke changes nothing.
  const high = 0.05 + Math.random() * 0.4;
  await stroke(high);
  await expect(volume(page)).not.toHaveText(before ?? "");
  await expect(saved).toBeVisible();
  const once = await volume(page).textContent();
  await stroke(high + 0.45);
  const twice = await volume(page).textContent();
  expect(twice).not.toBe(once);
  await page.keyboard.press("Control+z");
  await expect(volume(page)).toHaveText(once ?? "");
  await page.keyboard.press("Control+y");
  await expect(volume(page)).toHaveText(twice ?? "");
  await expect(page.locator('[data-saved=""]')).toHaveCount(0);
  await page.reload();
  await ready(page);
  await expect(volume(page)).toHaveText(twice ?? "");
  // What was drawn before the reload is taken back and drawn again after it.
  await page.locator("canvas.picture").first().focus();
  await page.keyboard.press("Control+z");
  await expect(volume(page)).toHaveText(once ?? "");
  await page.keyboard.press("Control+y");
  await expect(volume(page)).toHaveText(twice ?? "");
  const second = await page.context().newPage();
  await second.goto(`/annotate/attempts/${attempt?.id}`);
  await expect(second.getByText("別のウィンドウで開かれています", { exact: false })).toBeVisible();
});

test("a reading with an open label is refused with its name before it is sent", async ({
  browser,
}) => {
  const page = await reader(browser);
  await page.goto("/annotate");
  const attempt = await waiting(page, "series_id");
  test.skip(!attempt, "no volume waits for this reader");
  await page.goto(`/annotate/attempts/${attempt?.id}`);
  await ready(page);
  await take(page);
  const submit = page.getByRole("button", { name: "提出" });
  await expect(submit).toBeEnabled();
  await submit.click();
  await expect(page.getByText("「病変」を描くか", { exact: false })).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("button", { name: "提出" })).toBeDisabled();
});

test("a reader outlines an area on a slide and takes it back", async ({ browser }) => {
  const page = await reader(browser);
  await page.goto("/annotate");
  const attempt = await waiting(page, "slide_id");
  test.skip(!attempt, "no slide waits for this reader");
  await page.goto(`/annotate/attempts/${attempt?.id}`);
  await ready(page);
  await take(page);
  const box = await page.locator(".slide").boundingBox();
  if (!box) throw new Error("the slide has no size");
  const areas = page.getByRole("button", { name: /^領域 \d+ を削除/ });
  const before = await areas.count();
  for (const [x, y] of [
    [0.35, 0.35],
    [0.55, 0.3],
    [0.5, 0.55],
  ] as const) {
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    // Two clicks within OpenSeadragon's double-click time would close the polygon.
    await page.waitForTimeout(450);
  }
  await expect(page.getByText(/頂点 3 個/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(areas).toHaveCount(before + 1);
  await expect(page.getByText(/に保存しました/)).toBeVisible();
  await areas.last().click();
  await expect(areas).toHaveCount(before);
});
