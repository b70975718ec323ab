import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { API } from "./api";

const CHANNEL = "renkei.events";

/** Keep one stream of events for all tabs; an event only says which folder to read again. */
export function useEvents(signedIn: boolean): boolean {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!signedIn) return;
    const shared = new BroadcastChannel(CHANNEL);
    const refresh = () => void client.invalidateQueries();
    shared.onmessage = refresh;
    const stop = new AbortController();
    let source: EventSource | undefined;
    // HTTP/1.1 allows six connections per origin: the tab that holds the lock keeps the stream.
    void navigator.locks
      .request(CHANNEL, { signal: stop.signal }, () => {
        source = new EventSource(`${API}/events`);
        source.onopen = () => setConnected(true);
        source.onerror = () => setConnected(false);
        source.onmessage = () => {
          refresh();
          shared.postMessage(null);
        };
        return new Promise<void>((release) =>
          stop.signal.addEventListener("abort", () => release()),
        );
      })
      .catch(() => undefined);
    return () => {
      stop.abort();
      source?.close();
      shared.close();
    };
  }, [client, signedIn]);
  useEffect(() => {
    if (connected || !signedIn) return;
    const timer = setInterval(() => void client.invalidateQueries(), 15_000);
    return () => clearInterval(timer);
  }, [client, connected, signedIn]);
  return connected;
}
