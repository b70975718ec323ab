import { expect, test } from "vitest";
import { addsUp } from "./rows";

test("a batch adds up when each sent file is stored, quarantined or still missing", () => {
  const batch = { sent: 10, stored: 7, quarantined: { no_consent: 1, malformed: 1 }, missing: 1 };
  expect(addsUp(batch)).toBe(true);
  expect(addsUp({ ...batch, missing: 0 })).toBe(false);
});
