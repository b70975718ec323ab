import { useEffect, useRef } from "react";

const TYPING = "input:not([type=checkbox]),textarea,select,[role=dialog],[role=slider]";

/** Act on single keys, never while somebody types or moves a slider. */
export function useReviewKeys(acts: Record<string, () => void>): void {
  const now = useRef(acts);
  now.current = acts;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING)) return;
      const act = now.current[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
