export type Language = "ja" | "en";

/** What a draft writes over each section; people may write others, which stay with the text above. */
const HEADINGS: Record<Language, Record<string, string>> = {
  ja: {
    検査情報: "examination",
    検体: "examination",
    臨床情報: "clinical",
    比較: "comparison",
    撮像条件: "technique",
    所見: "findings",
    診断: "diagnosis",
    評価項目: "synoptic",
    推奨: "recommendation",
  },
  en: {
    Examination: "examination",
    Specimen: "examination",
    "Clinical information": "clinical",
    Comparison: "comparison",
    Technique: "technique",
    Findings: "findings",
    Diagnosis: "diagnosis",
    "Synoptic items": "synoptic",
    Recommendation: "recommendation",
  },
};

export interface Part {
  key: string;
  heading: string;
  body: string;
}

/** Cut a report at its headings; what stands before the first one has no key. */
export function cut(text: string, language: Language): Part[] {
  const parts: Part[] = [{ key: "", heading: "", body: "" }];
  for (const line of text.split("\n")) {
    const key = HEADINGS[language][line.trim()];
    if (key) parts.push({ key, heading: line.trim(), body: "" });
    else (parts.at(-1) as Part).body += `${line}\n`;
  }
  return parts
    .map((one) => ({ ...one, body: one.body.trim() }))
    .filter((one) => one.key || one.body);
}

/** Put sections together again. */
export function join(parts: Part[]): string {
  return `${parts.map((one) => [one.heading, one.body].filter(Boolean).join("\n")).join("\n\n")}\n`;
}

/** Put one section's new text into a report. */
export function replaced(text: string, language: Language, key: string, body: string): string {
  return join(cut(text, language).map((one) => (one.key === key ? { ...one, body } : one)));
}
