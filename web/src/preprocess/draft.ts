import type { Wire } from "../api";

export type StepKind = Wire<"PlanStepOut">;
export type ParamKind = Wire<"ParamOut">;
export type Value = number | string | boolean | number[];

export interface DraftStep {
  name: string;
  input: string[];
  to: string | null;
  output: string;
  params: Record<string, Value>;
}

export interface Draft {
  name: string;
  version: string;
  description: string;
  inputs: { role: string; modality: string; series: boolean }[];
  steps: DraftStep[];
  results: string[];
}

export const EMPTY: Draft = {
  name: "my_plan",
  version: "1",
  description: "",
  inputs: [{ role: "ct", modality: "CT", series: false }],
  steps: [],
  results: [],
};

const KINDS: Record<string, string> = { SM: "slide", TABLE: "table" };

function key(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

function value(of: Value): string {
  return Array.isArray(of) ? `[${of.join(", ")}]` : JSON.stringify(of);
}

/** The plan as the text that is kept. */
export function toToml(draft: Draft): string {
  const lines = [
    'schema = "renkei.plan/1"',
    `name = ${value(draft.name)}`,
    `version = ${value(draft.version)}`,
    `description = ${value(draft.description)}`,
    `results = [${draft.results.map(value).join(", ")}]`,
  ];
  for (const { role, modality, series } of draft.inputs) {
    lines.push("", `[inputs.${key(role)}]`, `modality = ${value(modality)}`);
    if (series) lines.push("series = true");
  }
  for (const step of draft.steps) {
    const [only = "", ...more] = step.input;
    const given = more.length > 0 ? `[${step.input.map(value).join(", ")}]` : value(only);
    lines.push("", "[[step]]", `name = ${value(step.name)}`, `input = ${given}`);
    if (step.to !== null) lines.push(`to = ${value(step.to)}`);
    lines.push(`output = ${value(step.output)}`);
    const params = Object.entries(step.params).map(([name, of]) => `${key(name)} = ${value(of)}`);
    if (params.length > 0) lines.push(`params = { ${params.join(", ")} }`);
  }
  return `${lines.join("\n")}\n`;
}

/** The names that a step may work on: inputs and outputs before it, of its kind. */
export function namesBefore(
  draft: Draft,
  at: number,
  on: string,
  kinds: Map<string, StepKind>,
): string[] {
  const inputs = draft.inputs.filter(({ modality }) => (KINDS[modality] ?? "volume") === on);
  const made = draft.steps.slice(0, at).filter((step) => kinds.get(step.name)?.on === on);
  return [...inputs.map(({ role }) => role), ...made.map((step) => step.output)];
}

function rootOf(draft: Draft, name: string): string {
  const by = draft.steps.find((step) => step.output === name);
  return by?.input[0] ? rootOf({ ...draft, steps: draft.steps.slice(0, -1) }, by.input[0]) : name;
}

function unused(draft: Draft, wished: string): string {
  const taken = new Set([
    ...draft.inputs.map((one) => one.role),
    ...draft.steps.map((one) => one.output),
  ]);
  let name = wished;
  for (let n = 2; taken.has(name); n += 1) name = `${wished}_${n}`;
  return name;
}

/** The plan with one more step at its end, on what was made last; it takes over as the result. */
export function addStep(draft: Draft, kind: StepKind, kinds: Map<string, StepKind>): Draft {
  const names = namesBefore(draft, draft.steps.length, kind.on, kinds);
  const input = names.at(-1) ?? draft.inputs[0]?.role ?? "";
  const others = names.filter((name) => rootOf(draft, name) !== rootOf(draft, input));
  const output = unused(draft, `${rootOf(draft, input)}_${kind.name}`);
  const to = kind.takes === "pair" ? (others.at(-1) ?? "") : null;
  const step = { name: kind.name, input: [input], to, output, params: {} };
  const stood = draft.results.filter((name) => name !== input);
  return { ...draft, steps: [...draft.steps, step], results: [...stood, output] };
}

/** The plan without a step; what worked on its output works on its input. */
export function removeStep(draft: Draft, at: number): Draft {
  const gone = draft.steps[at];
  if (!gone) return draft;
  const { input, output } = gone;
  const instead = input[0] ?? "";
  const swap = (name: string) => (name === output ? instead : name);
  const steps = draft.steps
    .filter((_, n) => n !== at)
    .map((step) => ({
      ...step,
      input: step.input.map(swap),
      to: step.to === null ? null : swap(step.to),
    }));
  const made = new Set(steps.map((step) => step.output));
  const results = [...new Set(draft.results.map(swap))].filter((name) => made.has(name));
  return { ...draft, steps, results };
}

/** The plan with a step one place up (-1) or down (1); where both are in one line, it stays whole. */
export function moveStep(draft: Draft, at: number, by: -1 | 1): Draft {
  const top = Math.min(at, at + by);
  const [upper, lower] = [draft.steps[top], draft.steps[top + 1]];
  if (!upper || !lower) return draft;
  const before = draft.steps.slice(0, Math.max(0, top));
  const after = draft.steps.slice(top + 2);
  const inLine = lower.input.length === 1 && lower.input[0] === upper.output;
  if (!inLine) return { ...draft, steps: [...before, lower, upper, ...after] };
  const swap = (name: string) => (name === lower.output ? upper.output : name);
  const moved = [
    { ...lower, input: upper.input },
    { ...upper, input: [lower.output] },
  ];
  const later = after.map((step) => ({
    ...step,
    input: step.input.map(swap),
    to: step.to === null ? null : swap(step.to),
  }));
  const results = [...new Set(draft.results.map(swap))];
  return { ...draft, steps: [...before, ...moved, ...later], results };
}

export function changeStep(draft: Draft, at: number, change: Partial<DraftStep>): Draft {
  return { ...draft, steps: draft.steps.map((one, n) => (n === at ? { ...one, ...change } : one)) };
}

/** The plan with an input or output under another name, wherever it is used. */
export function rename(draft: Draft, old: string, name: string): Draft {
  const swap = (one: string) => (one === old ? name : one);
  return {
    ...draft,
    inputs: draft.inputs.map((one) => ({ ...one, role: swap(one.role) })),
    steps: draft.steps.map((step) => ({
      ...step,
      input: step.input.map(swap),
      to: step.to === null ? null : swap(step.to),
      output: swap(step.output),
    })),
    results: draft.results.map(swap),
  };
}

/** Which step a line of the text belongs to; null above the first. */
export function stepAt(text: string, line: number | null): number | null {
  if (line === null) return null;
  const before = text.split("\n").slice(0, line);
  const steps = before.filter((one) => /^\s*\[\[\s*step\s*\]\]/.test(one)).length;
  return steps > 0 ? steps - 1 : null;
}

/** Where a line of a text begins and ends, to mark it. */
export function spanOf(text: string, line: number): [number, number] {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return [start, start + (lines[line - 1]?.length ?? 0)];
}
