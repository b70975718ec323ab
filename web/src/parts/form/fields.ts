/** What the server says of one field: `/body/sites/0` and a code such as `string_too_short`. */
export interface FieldProblem {
  pointer: string;
  code: string;
  limits?: Record<string, unknown>;
}

/** The field that a pointer leads to: `/body/sites/0` is `sites`. */
export function fieldOf(pointer: string): string {
  return pointer.split("/")[2] ?? "";
}

const LIMITS = ["ge", "gt", "le", "lt", "min_length", "max_length"];

/** The limit that a field broke, where the server names one. */
export function limitOf({ limits = {} }: FieldProblem): string {
  const name = LIMITS.find((one) => limits[one] !== undefined);
  return name ? String(limits[name]) : "";
}

/** Share the server's words out: what belongs to a field that the form has, and what does not. */
export function shareOut(
  problems: readonly FieldProblem[],
  fields: readonly string[],
): { at: Map<string, FieldProblem>; rest: FieldProblem[] } {
  const at = new Map<string, FieldProblem>();
  const rest: FieldProblem[] = [];
  for (const problem of problems) {
    const field = fieldOf(problem.pointer);
    if (!fields.includes(field)) rest.push(problem);
    else if (!at.has(field)) at.set(field, problem);
  }
  return { at, rest };
}

/** Whether nothing was entered; zero and no are something. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || String(value).trim() === "";
}
