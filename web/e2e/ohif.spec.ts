import { expect, type Page, test } from "@playwright/test";
import { enter, users, watch } from "./people";

interface Row {
  id: string;
  task_id: string;
  state: string;
  modality: string;
  source: string;
  vocabulary: string;
}

const VOCABULARY = "chest-ct-nodules";

async function rows(page: Page, path: string): Promise<Row[]> {
  return (await (await page.request.get(`/api/v1/${path}?limit=500`)).json()).items;
}

/** Let the curator hand out a DICOM series to one reader; an earlier run may have done so. */
async function handOut(page: Page) {
  await enter(page, (one) => one.role === "curator");
  const { csrf_token } = await (await page.request.get("/api/v1/people/me")).json();
  const series = (await rows(page, "subjects/series")).find(
    (one) => one.modality === "CT" && one.source === "dicom",
  );
  const [reader, , judge] = (await users(page)).filter((one) => one.role === "reader");
  const answer = await page.request.post("/api/v1/annotate/tasks", {
    headers: { "X-CSRF-Token": csrf_token },
    data: {
      protocol: "single",
      vocabulary: VOCABULARY,
      readers: [reader?.id],
      adjudicator: judge?.id,
      series_ids: [series?.id],
    },
  });
  expect([201, 409], await answer.text()).toContain(answer.status());
}

/** The reader's part of that task, when its image is ready. */
async function handedOut(page: Page): Promise<string> {
  let found = "";
  await expect(async () => {
    const tasks = (await rows(page, "annotate/tasks")).filter(
      (one) => one.vocabulary.startsWith(VOCABULARY) && one.state === "reading",
    );
    const own = (await rows(page, "annotate/attempts")).find((one) =>
      tasks.some((task) => task.id === one.task_id),
    );
    expect(own).toBeDefined();
    found = own?.id ?? "";
  }).toPass();
  return found;
}

test("what is painted and saved in the full reader comes back as a label of the task", async ({
  page,
  baseURL,
}) => {
  test.setTimeout(240_000);
  await handOut(page);
  await enter(page, (one) => one.name === "読影医 一");
  const attempt = await handedOut(page);
  await page.goto(`/annotate/attempts/${attempt}`);
  const wrong = watch(page, new URL(baseURL ?? "").origin);
  await page.getByRole("button", { name: "OHIF で開く" }).click();
  await page.waitForURL(/\/ohif\/[0-9a-f-]{36}\/segmentation/);
  const picture = page.locator("canvas").first();
  await expect(picture).toBeVisible({ timeout: 90_000 });
  await page.locator('[data-cy="addSegmentation"]').click();
  // A new segmentation holds the labels of the vocabulary, by name.
  await expect(page.locator('[data-cy="data-row-title"]').first()).toHaveText("Lung nodule");
  await page.locator('[data-cy="Brush-btn"]').click();
  const box = await picture.boundingBox();
  if (!box) throw new Error("the picture has no size");
  const at = (x: number) => [box.x + box.width * x, box.y + box.height * 0.5] as const;
  await page.mouse.move(...at(0.4));
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(...at(0.4 + i * 0.005));
  await page.mouse.up();
  await page.locator('[data-cy="segmentation-collapsed-more-btn-Labelmap"]').click();
  await page.getByRole("menuitem", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "DICOM SEG" }).click();
  const stored = page.waitForResponse((one) => one.request().method() === "POST");
  await page.getByRole("button", { name: "Save" }).click();
  expect((await stored).status()).toBe(200);
  // The page of the attempt says in words that an earlier window holds the case (409).
  expect(wrong.filter((one) => !one.includes("409"))).toEqual([]);
  await page.goto(`/annotate/attempts/${attempt}`);
  await page.locator("[data-ready=yes]").waitFor();
  await expect(page.getByRole("button", { name: /^1\s*肺結節/ })).not.toHaveText(/ 0(\.0+)? mL/);
  await expect(page.getByRole("status").filter({ hasText: "保存" })).toBeVisible();
});
