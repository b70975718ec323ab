import { notifications } from "@mantine/notifications";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, send } from "../api";
import type { CaseRow, Override } from "./rows";

export type Answer = "accept" | "review" | "exclude";

/** Why a case is left out; the place in the list is the key. */
export const EXCLUDE_REASONS = [
  "too_noisy",
  "moved",
  "foreign_body",
  "cut_off",
  "too_blurred",
  "wrong_part",
  "wrong_protocol",
  "names_person",
  "other_fault",
] as const;

interface Done {
  row: CaseRow;
  made: Promise<Override | null>;
}

/**
 * Work through cases: an answer shows the next case at once and is sent meanwhile. Each is also
 * kept as one's own first answer; as a `second` person, it is that alone.
 */
export function useReview(rows: CaseRow[], second: boolean) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(rows);
  const [id, setId] = useState(rows[0]?.id);
  const done = useRef<Done[]>([]);
  const since = useRef({ id, at: performance.now() });
  if (since.current.id !== id) since.current = { id, at: performance.now() };
  const now = left.find((row) => row.id === id);
  const turn = (by: number) => {
    const at = left.findIndex((row) => row.id === id);
    setId(left[(at + by + left.length) % left.length]?.id);
  };
  const back = (row: CaseRow) => {
    setLeft((all) => [row, ...all.filter((one) => one.id !== row.id)]);
    setId(row.id);
  };
  const answer = (outcome: Answer, reason: string) => {
    if (!now) return;
    const row = now;
    const seconds = Math.min(86_400, (performance.now() - since.current.at) / 1000);
    const own = send("POST", `/select/cases/${row.id}/reviews`, { outcome, reason, seconds });
    const stays = second || outcome === row.standing;
    const made = own
      .then(() =>
        stays
          ? null
          : send<Override>("POST", `/select/cases/${row.id}/overrides`, { outcome, reason }),
      )
      .catch((error: unknown) => {
        // What was not kept comes back to be answered.
        const message = error instanceof Problem ? error.detail : String(error);
        notifications.show({ message, color: "red.9" });
        back(row);
        return null;
      });
    if (stays && !second) {
      turn(1);
      return;
    }
    if (!stays) done.current.push({ row, made });
    const at = left.indexOf(row);
    const rest = left.filter((one) => one !== row);
    setLeft(rest);
    setId(rest[at % (rest.length || 1)]?.id);
  };
  const undo = () => {
    const last = done.current.pop();
    if (!last) return;
    back(last.row);
    void last.made
      .then((made) => made && send("POST", `/select/overrides/${made.id}/undo`))
      .then(() => notifications.show({ message: t("select.undone"), color: "teal.9" }))
      .catch(() => notifications.show({ message: t("select.too_late"), color: "red.9" }));
  };
  return { now, left, turn, answer, undo };
}
