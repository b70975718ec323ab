/** A small table of a run as rows by column; cells hold no commas or quotes. */
export function readTable(text: string): Record<string, string>[] {
  const [head = "", ...lines] = text.trim().split("\n");
  const names = head.split(",");
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, n) => [name, cells[n] ?? ""]));
  });
}

/** The columns that say something in any row. */
export function filled(rows: Record<string, string>[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  return names.filter((name) => rows.some((row) => row[name] !== ""));
}
