import { useRef, useState } from "react";
import { marked } from "./select";
import { useListKeys } from "./useListKeys";

interface Given {
  /** The keys of the rows, in their order. */
  keys: readonly string[];
  /** Rows can be marked. */
  marking: boolean;
  open: (index: number) => void;
  search?: () => void;
  help?: () => void;
}

/** Walk rows by keys and mark them: one row has the focus, with Shift a range takes one mark. */
export function useRows({ keys, marking, open, search, help }: Given) {
  const [at, setAt] = useState(0);
  const [marks, setMarks] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<number | null>(null);
  const elements = useRef<(HTMLElement | null)[]>([]);
  const mark = (index: number, range: boolean) => {
    const from = range ? last.current : null;
    setMarks((now) => marked(now, keys, index, from));
    last.current = index;
  };
  useListKeys({
    move: (by) => {
      const inside = elements.current.some((one) => one?.contains(document.activeElement));
      const next = inside ? Math.min(Math.max(at + by, 0), keys.length - 1) : at;
      setAt(next);
      elements.current[next]?.focus();
    },
    open: () => {
      if (at < keys.length && elements.current[at] === document.activeElement) open(at);
    },
    mark: (range) => marking && mark(at, range),
    search: () => search?.(),
    help: () => help?.(),
  });
  /** What a row needs to be walked to. */
  const walked = (index: number) => ({
    ref: (element: HTMLElement | null) => {
      elements.current[index] = element;
    },
    tabIndex: index === at ? 0 : -1,
    onFocus: () => setAt(index),
  });
  return { marks, setMarks, mark, walked };
}
