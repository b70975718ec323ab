/** What an address keeps of a page: text by name. */
export type Search = Record<string, string>;

/** Read every value as text, so that `007`, `1e5` and a UID stay what they are. */
export function readSearch(address: string): Search {
  return Object.fromEntries(new URLSearchParams(address));
}

/** Write the values that are set; what is empty leaves the address. */
export function writeSearch(search: Record<string, unknown>): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  }
  const text = words.toString();
  return text ? `?${text}` : "";
}
