import { useEffect, useRef } from "react";

interface Given {
  move: (by: number) => void;
  open: () => void;
  mark: (range: boolean) => void;
  search: () => void;
  help: () => void;
}

const TYPING = "input:not([type=checkbox]),textarea,select,[role=dialog],[role=listbox],canvas";

/** j and k move, Enter opens, x marks, / searches, ? shows the keys; never while somebody types. */
export function useListKeys(given: Given): void {
  const now = useRef(given);
  now.current = given;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element && target.closest(TYPING)) return;
      if (document.querySelector("[role=dialog]")) return;
      const { move, open, mark, search, help } = now.current;
      // A link or button under the focus acts by itself.
      const own = target instanceof Element && target.closest("a,button,[role=slider]");
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "Enter" && !own) open();
      else if (event.code === "KeyX") mark(event.shiftKey);
      else if (event.key === "/") search();
      else if (event.key === "?") help();
      else return;
      if (event.key !== "Enter") event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
