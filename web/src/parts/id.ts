import { useParams } from "@tanstack/react-router";

/** The id in the address of a detail page. */
export function useId(name = "id"): string {
  return (useParams({ strict: false }) as Record<string, string>)[name] ?? "";
}
