import { useEffect, useRef, useState } from "react";
import { type VoxelStore, voxelValue } from "./volume";
import { type Window, windowOf } from "./window";

interface Opened {
  store: VoxelStore;
  window: Window;
}

/**
 * Open a volume and load it, near the reader's slice first; `loaded` counts the slabs. What is not
 * `whole` is only made ready to be shown: its middle slab.
 */
export function useVolume(open: (() => Promise<VoxelStore>) | null, key: string, whole = true) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [loaded, setLoaded] = useState(0);
  const how = useRef(open);
  how.current = open;
  // The function is new with every turn of React; the key says whether it opens something else.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const stop = new AbortController();
    setOpened(null);
    setError(null);
    if (!how.current) return;
    how
      .current()
      .then(async (store) => {
        await store.need(Math.floor(store.header.shape[0] / 2));
        if (stop.signal.aborted) return;
        setOpened({ store, window: store.header.window ?? shownWindow(store) });
      })
      .catch((reason) => {
        if (!stop.signal.aborted) setError(reason);
      });
    return () => stop.abort();
  }, [key]);
  useEffect(() => {
    if (!opened || !whole) return;
    const stop = new AbortController();
    opened.store
      .all(() => setLoaded((n) => n + 1), stop.signal)
      .catch((reason) => {
        if (!stop.signal.aborted) setError(reason);
      });
    return () => stop.abort();
  }, [opened, whole]);
  return { store: opened?.store ?? null, first: opened?.window ?? null, error, loaded };
}

function shownWindow({ header, voxels }: VoxelStore): Window {
  const stored = windowOf(voxels);
  return {
    centre: voxelValue(header, stored.centre),
    width: stored.width * Math.abs(header.slope),
  };
}
