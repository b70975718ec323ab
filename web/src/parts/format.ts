import type { Language } from "../i18n";

/** 2026-11-23 in tables, whatever the language. */
export function day(value: string | null | undefined): string {
  return value ? value.slice(0, 10) : "—";
}

/** 2026-11-23 14:05 in the time zone of the reader. */
export function moment(value: string | null | undefined): string {
  if (!value) return "—";
  const at = new Date(value);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A number with its thousands apart; a bound such as "<10" as it is. */
export function count(value: number | string | null | undefined): string {
  return value === null || value === undefined ? "—" : value.toLocaleString("en-US");
}

/** Money in its own currency; minor units of the yen are whole yen. */
export function money(minor: number, currency: string, language: Language): string {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits;
  return new Intl.NumberFormat(language === "ja" ? "ja-JP" : "en-US", {
    style: "currency",
    currency,
  }).format(minor / 10 ** (digits ?? 0));
}

export function megabytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return "—";
  if (size < 1e3) return `${size} B`;
  return size < 1e6 ? `${(size / 1e3).toFixed(0)} KB` : `${(size / 1e6).toFixed(1)} MB`;
}
