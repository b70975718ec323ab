import { expect, test } from "vitest";
import { filled, readTable } from "./growth";

test("a table of growth is read by its columns; empty ones are left out", () => {
  const rows = readTable("lesion,scan,volume_mm3,day\nA,1,904.5,\nA,2,4188,\n");
  expect(rows).toEqual([
    { lesion: "A", scan: "1", volume_mm3: "904.5", day: "" },
    { lesion: "A", scan: "2", volume_mm3: "4188", day: "" },
  ]);
  expect(filled(rows)).toEqual(["lesion", "scan", "volume_mm3"]);
  expect(filled(readTable(""))).toEqual([]);
});
