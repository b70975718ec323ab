/** Turn one row's mark; with Shift every row from the last marked one takes the same mark. */
export function marked(
  now: ReadonlySet<string>,
  keys: readonly string[],
  at: number,
  from: number | null,
): Set<string> {
  const next = new Set(now);
  const key = keys[at];
  if (key === undefined) return next;
  const on = !next.has(key);
  const [first, last] = from === null ? [at, at] : [Math.min(at, from), Math.max(at, from)];
  for (const one of keys.slice(first, last + 1)) {
    if (on) next.add(one);
    else next.delete(one);
  }
  return next;
}
