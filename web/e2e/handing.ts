import { expect, type Page } from "@playwright/test";
import { enter, users } from "./people";

interface Row {
  id: string;
  task_id: string;
  series_id: string;
  state: string;
  source: string;
  description: string | null;
  vocabulary: string;
}

const ENDED = ["signed", "excluded", "withdrawn"];

export async function rows(page: Page, path: string): Promise<Row[]> {
  return (await (await page.request.get(`/api/v1/${path}?limit=500`)).json()).items;
}

/** Send a change as whoever is signed in. */
export async function post(page: Page, path: string, data: unknown, method = "POST") {
  const { csrf_token } = await (await page.request.get("/api/v1/people/me")).json();
  const headers = { "X-CSRF-Token": csrf_token };
  return page.request.fetch(`/api/v1/${path}`, { method, headers, data });
}

/** Let the curator hand an image that nobody reads to two readers; wait until it is ready.
 *
 * `image` is how its description begins.
 */
export async function handOut(page: Page, vocabulary: string, image: string) {
  await enter(page, (one) => one.role === "curator");
  const taken = (await rows(page, "annotate/tasks"))
    .filter((one) => one.vocabulary.startsWith(`${vocabulary}@`) && !ENDED.includes(one.state))
    .map((one) => one.series_id);
  const free = (await rows(page, "subjects/series")).find(
    (one) =>
      one.source === "dicom" && one.description?.startsWith(image) && !taken.includes(one.id),
  );
  const [first, second, judge] = (await users(page)).filter((one) => one.role === "reader");
  const answer = await post(page, "annotate/tasks", {
    protocol: "double",
    vocabulary,
    readers: [first?.id, second?.id],
    adjudicator: judge?.id,
    series_ids: [free?.id],
  });
  expect(answer.status(), await answer.text()).toBe(201);
  const task: string = (await answer.json())[0].id;
  await expect(async () => {
    const { state } = await (await page.request.get(`/api/v1/annotate/tasks/${task}`)).json();
    expect(state).toBe("ready");
  }).toPass();
  return task;
}

/** End a task, so that the next run finds the image free again. */
export async function end(page: Page, task: string) {
  await enter(page, (one) => one.role === "curator");
  await post(page, `annotate/tasks/${task}/exclude`, { reason: "E2E" });
}

/** One's own part of a task. */
export async function partOf(page: Page, task: string): Promise<string> {
  const found = (await rows(page, "annotate/attempts")).find((one) => one.task_id === task);
  if (!found) throw new Error("nobody here has a part in this task");
  return found.id;
}
