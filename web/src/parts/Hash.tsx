import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** An id, hash or UID: monospace, cut in the middle, copied by a click. */
export function Hash({ value, keep = 8 }: { value: string | null | undefined; keep?: number }) {
  const { t } = useTranslation();
  if (!value) return <>—</>;
  const short = value.length > 2 * keep + 1 ? `${value.slice(0, keep)}…${value.slice(-4)}` : value;
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t("parts.copied") : value} withArrow>
          <UnstyledButton
            ff="monospace"
            fz="sm"
            onClick={(event) => {
              event.stopPropagation();
              copy();
            }}
            aria-label={`${t("parts.copy")} ${value}`}
          >
            {short}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
