import { useCallback, useEffect, useMemo, useRef, useState } from "react";

export const RATES = [5, 10, 15, 25] as const;

/** Turn slices by itself; a slice that has not come yet is waited for, never skipped. */
export function useCine(step: () => void) {
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState<number>(RATES[1]);
  const next = useRef(step);
  next.current = step;
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => next.current(), 1000 / rate);
    return () => clearInterval(timer);
  }, [playing, rate]);
  const toggle = useCallback(() => setPlaying((now) => !now), []);
  return useMemo(() => ({ playing, toggle, rate, setRate }), [playing, toggle, rate]);
}
