/** Whole days from today until a date; negative when it has passed. */
export function daysUntil(date: string, now: Date): number {
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const [year = 0, month = 1, dayOfMonth = 1] = date.slice(0, 10).split("-").map(Number);
  return Math.round((Date.UTC(year, month - 1, dayOfMonth) - today) / 86_400_000);
}
