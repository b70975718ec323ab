import type { Step } from "./history";
import type { Run } from "./runs";

/** A stroke that the server has not confirmed yet. */
export interface Pending {
  attempt: string;
  seq: number;
  previous: string;
  /** As this browser computes it; empty where it cannot. */
  hash: string;
  runs: Run[];
  step: Step;
}

/** Where unconfirmed strokes survive a closed tab or a lost connection. */
export interface CrashCopy {
  keep: (stroke: Pending) => Promise<void>;
  drop: (attempt: string, seq: number) => Promise<void>;
  all: (attempt: string) => Promise<Pending[]>;
}

const STORE = "strokes";

function opened(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("renkei.annotate", 1);
    asked.onupgradeneeded = () =>
      asked.result.createObjectStore(STORE, { keyPath: ["attempt", "seq"] });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      const work = database.transaction(STORE, mode);
      const asked = act(work.objectStore(STORE));
      work.oncomplete = () => done(asked.result);
      work.onerror = () => failed(work.error);
    });
  } finally {
    database.close();
  }
}

/** The crash copy of this browser, in IndexedDB. */
export const crashCopy: CrashCopy = {
  keep: async (stroke) => {
    await within("readwrite", (store) => store.put(stroke));
  },
  drop: async (attempt, seq) => {
    await within("readwrite", (store) => store.delete([attempt, seq]));
  },
  all: (attempt) =>
    within("readonly", (store) =>
      store.getAll(IDBKeyRange.bound([attempt, 0], [attempt, Number.MAX_SAFE_INTEGER])),
    ),
};
