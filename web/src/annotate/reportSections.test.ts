import { describe, expect, it } from "vitest";
import { cut, join, replaced } from "./reportSections";

const TEXT = "検査情報\nCT\n\n所見\n病変を認めます。\n二行目。\n\n診断\n病変。\n";

describe("the sections of a report", () => {
  it("are cut at headings and put together again without a change", () => {
    const parts = cut(TEXT, "ja");
    expect(parts.map((one) => one.key)).toEqual(["examination", "findings", "diagnosis"]);
    expect(join(parts)).toBe(TEXT);
  });

  it("change one at a time", () => {
    const changed = replaced(TEXT, "ja", "findings", "病変なし。");
    expect(cut(changed, "ja")[1]?.body).toBe("病変なし。");
    expect(cut(changed, "ja")[2]?.body).toBe("病変。");
  });

  it("keep what stands before the first heading", () => {
    expect(join(cut("Note\n\nFindings\nNone.\n", "en"))).toBe("Note\n\nFindings\nNone.\n");
  });
});
