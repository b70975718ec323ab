import { expect, test } from "vitest";
import { megabytes } from "./format";

test("a size never reads as nothing when there is something", () => {
  expect(megabytes(0)).toBe("0 B");
  expect(megabytes(420)).toBe("420 B");
  expect(megabytes(42_000)).toBe("42 KB");
  expect(megabytes(4_200_000)).toBe("4.2 MB");
  expect(megabytes(null)).toBe("—");
});
