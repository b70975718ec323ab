import { useCallback, useState } from "react";
import type { SaidOf } from "./Segments";
import type { Attempt, Said, Term } from "./types";

const key = (attempt: string) => `renkei.said.${attempt}`;

/** What is said of labels that are not drawn, kept on this machine until it is handed in. */
export function useSaid(attempt: Attempt) {
  const [said, setSaid] = useState<SaidOf>(() => {
    try {
      return { ...attempt.said, ...JSON.parse(localStorage.getItem(key(attempt.id)) ?? "{}") };
    } catch {
      return attempt.said;
    }
  });
  const say = useCallback(
    (label: string, value: Said | null, reason: string) =>
      setSaid((now) => {
        const { [label]: _, ...rest } = now;
        const next = value ? { ...rest, [label]: { said: value, reason } } : rest;
        localStorage.setItem(key(attempt.id), JSON.stringify(next));
        return next;
      }),
    [attempt.id],
  );
  return { said, say };
}

/** What is handed in: a drawn label is present, whatever was said of it before. */
export function toSubmit(
  terms: readonly Term[],
  drawn: (term: Term) => boolean,
  said: SaidOf,
): SaidOf {
  const found: SaidOf = {};
  for (const term of terms) {
    const other = said[term.key];
    if (drawn(term)) found[term.key] = { said: "present", reason: "" };
    else if (other && other.said !== "present") found[term.key] = other;
  }
  return found;
}

/** Required labels that are neither drawn nor said to be absent, or lack a reason. */
export function stillOpen(terms: readonly Term[], submitted: SaidOf): Term[] {
  return terms.filter((term) => {
    const said = submitted[term.key];
    if (said?.said === "cannot_assess" && !said.reason.trim()) return true;
    return term.required && (!said || said.said === "not_assessed");
  });
}
