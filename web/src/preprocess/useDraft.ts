import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { send, type Wire } from "../api";
import { type Draft, EMPTY, toToml } from "./draft";

type Checked = Wire<"PlanCheckedOut">;
const PAUSE_MS = 300;

/** A plan as parts and as text: whichever a person changes, the other follows. */
export function useDraft(start: string | null) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [text, setText] = useState(start ?? toToml(EMPTY));
  const [typed, setTyped] = useState(start !== null);
  const [paused] = useDebouncedValue(text, PAUSE_MS);
  const checked = useQuery({
    queryKey: ["/preprocess/plans/check", paused],
    queryFn: () => send<Checked>("POST", "/preprocess/plans/check", { toml: paused }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = paused === text ? checked.data : undefined;
  useEffect(() => {
    if (!typed || !found?.draft) return;
    setDraft(found.draft as Draft);
    setTyped(false);
  }, [typed, found]);
  return {
    draft,
    text,
    /** Null while it is being checked, and where nothing is wrong. */
    wrong: found?.wrong ?? null,
    isGood: found !== undefined && found.wrong === null,
    change: (next: Draft) => {
      setDraft(next);
      setText(toToml(next));
      setTyped(false);
    },
    type: (next: string) => {
      setText(next);
      setTyped(true);
    },
  };
}
