import { QueryClient } from "@tanstack/react-query";
import type { components } from "./api.gen";

export const API = "/api/v1";

/** A refusal of the server: a code for translation, a sentence, and the id to quote. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly traceId: string,
    readonly errors: { pointer: string; code: string }[] = [],
  ) {
    super(detail);
  }
}

let csrf = "";

/** Keep the token that shows that a change comes from our own page. */
export function keepToken(token: string | null | undefined): void {
  csrf = token ?? "";
}

async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new Problem(
    answer.status,
    body.title ?? "unreachable",
    body.detail ?? `HTTP ${answer.status}`,
    body.trace_id ?? "",
    body.errors ?? [],
  );
}

export type Query = Record<string, string | number | boolean | undefined | null>;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** GET a JSON answer below `/api/v1`. */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const answer = await checked(await fetch(withQuery(API + path, query)));
  return (await answer.json()) as T;
}

/** GET a text below `/api/v1`, such as a page or a signed note. */
export async function text(path: string, query: Query = {}): Promise<string> {
  return (await checked(await fetch(withQuery(API + path, query)))).text();
}

/** Send a change below `/api/v1`; the cookie signs in, the token shows that the page is ours. */
export async function send<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  const init: RequestInit = {
    method,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await checked(await fetch(API + path, init));
  const said = await answer.text();
  return (said ? JSON.parse(said) : undefined) as T;
}
/** GET raw bytes from any path of this server, such as a slab of voxels. */
export async function bytes(path: string): Promise<ArrayBuffer> {
  return (await checked(await fetch(path))).arrayBuffer();
}

/** One page of a list, as every folder answers it. */
export interface Page<T> {
  items: T[];
  total: number;
  next: string | null;
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A 4xx is an answer; only a lost connection or a 5xx is asked again.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

/** A row or detail as the API's own document describes it. */
export type Wire<K extends keyof components["schemas"]> = components["schemas"][K];

/** PUT a file's bytes below `/api/v1`. */
export async function sendFile(path: string, file: Blob): Promise<void> {
  const headers = { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf };
  await checked(await fetch(API + path, { method: "PUT", headers, body: file }));
}
