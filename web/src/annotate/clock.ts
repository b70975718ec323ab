/** Seconds as hours, minutes and seconds; a dash for what was not measured. */
export function clock(seconds: number | null): string {
  if (seconds === null) return "—";
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
