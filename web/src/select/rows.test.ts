import { expect, test } from "vitest";
import { partsOf } from "./rows";

test("a reason names its metric before the first point", () => {
  expect(partsOf("ct_noise.unusual")).toEqual({ metric: "ct_noise", code: "unusual" });
  expect(partsOf("withdrawn")).toEqual({ metric: null, code: "withdrawn" });
});
