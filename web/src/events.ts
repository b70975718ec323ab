import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { API } from "./api";

const CHANNEL = "renkei.events";
const AT_MOST_EVERY = 2_000;
/** Streams name their events; a listener without the name would hear nothing. */
const EVENTS = [
  "job",
  "AttemptsSubmitted",
  "BatchClosed",
  "CaseJudged",
  "CaseOverridden",
  "CaseProcessed",
  "FindingRaised",
  "HolderTold",
  "LabelSigned",
  "ModelTrained",
  "PermitExpiring",
  "RecordReceived",
  "SealedLookTaken",
  "SeriesReceived",
  "SetSynthesized",
  "SlideReceived",
  "SubjectRecalled",
  "VersionFrozen",
  "VersionRecalled",
];
/** What no event changes; a view's root would be opened anew. */
const STILL = new Set(["me", "demo", "root", "names"]);

/** Read again what lists and pages show. */
function readAgain(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => !STILL.has(String(query.queryKey[0])) });
}

/** Keep one stream of events for all tabs; an event only says that something is to be re-read. */
export function useEvents(signedIn: boolean): boolean {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!signedIn) return;
    const shared = new BroadcastChannel(CHANNEL);
    let waiting: ReturnType<typeof setTimeout> | undefined;
    // A batch brings hundreds of events: they are gathered, or every list would be read for each.
    const refresh = () => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        readAgain(client);
      }, AT_MOST_EVERY);
    };
    const announced = () => {
      refresh();
      shared.postMessage(null);
    };
    shared.onmessage = refresh;
    const stop = new AbortController();
    let source: EventSource | undefined;
    // HTTP/1.1 allows six connections per origin: the tab that holds the lock keeps the stream.
    void navigator.locks
      .request(CHANNEL, { signal: stop.signal }, () => {
        source = new EventSource(`${API}/events`);
        source.onopen = () => setConnected(true);
        source.onerror = () => setConnected(false);
        for (const name of EVENTS) source.addEventListener(name, announced);
        return new Promise<void>((release) =>
          stop.signal.addEventListener("abort", () => release()),
        );
      })
      .catch(() => undefined);
    return () => {
      stop.abort();
      clearTimeout(waiting);
      source?.close();
      shared.close();
    };
  }, [client, signedIn]);
  useEffect(() => {
    if (connected || !signedIn) return;
    const timer = setInterval(() => readAgain(client), 15_000);
    return () => clearInterval(timer);
  }, [client, connected, signedIn]);
  return connected;
}
