import { useCallback, useState } from "react";
import type { Settings } from "./tools/tool";

const KEY = "renkei.slide.settings";
const START: Settings = {
  radius: 20,
  tolerance: 45,
  field_mm2: 0.237,
  columns: 5,
  rows: 2,
  subtract: false,
};

/** What a reader sets for the tools, kept on this machine. */
export function useSettings() {
  const [settings, setSettings] = useState<Settings>(() => {
    try {
      return { ...START, ...JSON.parse(localStorage.getItem(KEY) ?? "{}"), subtract: false };
    } catch {
      return START;
    }
  });
  const set = useCallback((part: Partial<Settings>) => {
    setSettings((now) => {
      const next = { ...now, ...part };
      localStorage.setItem(KEY, JSON.stringify(next));
      return next;
    });
  }, []);
  return { settings, set };
}
