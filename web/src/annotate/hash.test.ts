import { expect, test } from "vitest";
import { START, strokeHash } from "./hash";

test("a stroke has the hash that the server gives it", async () => {
  const runs = [
    { group: "organs", start: 3, length: 4, old: 0, new: 1 },
    { group: "lesions", start: 70000, length: 2, old: 0, new: 7 },
  ];
  const groups = ["organs", "lesions"];
  const attempt = "0198aaaa-0000-7000-8000-000000000001";
  expect(await strokeHash(attempt, 1, START, runs, groups)).toBe(
    "bdc67189154ceae8cf47ff0b9ad163990e69c0cf44d250bc511197316f2fcf1e",
  );
});
