import { expect, test } from "@playwright/test";
import { amount } from "./desk";
import { end, handOut, partOf } from "./handing";
import { readInOhif } from "./ohif";
import { enter, watch } from "./people";

let task = "";

test.afterEach(async ({ page }) => {
  if (task) await end(page, task);
});

test("what is painted and saved in the full reader comes back as a label of the task", async ({
  page,
  baseURL,
}) => {
  test.setTimeout(150_000);
  const wanted = { protocol: "single", vocabulary: "chest-ct-nodules", image: "MADE" } as const;
  task = await handOut(page, wanted);
  await enter(page, (one) => one.name === "読影医 一");
  const wrong = watch(page, new URL(baseURL ?? "").origin);
  await readInOhif(page, await partOf(page, task), "Lung nodule");
  expect(await amount(page, "肺結節")).toBeGreaterThan(0);
  // The page of the attempt says in words that an earlier window holds the case (409).
  expect(wrong.filter((one) => !one.includes("409"))).toEqual([]);
});
