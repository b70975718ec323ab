import { Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { stretches } from "./activity";

interface Props {
  seen: ReadonlySet<number>;
  depth: number;
  /** Go to a slice of the acquired plane. */
  go: (slice: number) => void;
}

/** Which slices of the acquired plane were seen: a strip, a number, and a way to the next one. */
export function Visited({ seen, depth, go }: Props) {
  const { t } = useTranslation();
  const next = Array.from({ length: depth }, (_, slice) => slice).find((slice) => !seen.has(slice));
  return (
    <Group gap="sm" wrap="nowrap" px={4}>
      <svg className="visited" viewBox={`0 0 ${depth} 1`} preserveAspectRatio="none" aria-hidden>
        <rect width={depth} height={1} className="visited-not" />
        {stretches(seen).map(([first, last]) => (
          <rect
            key={first}
            x={first}
            width={last - first + 1}
            height={1}
            className="visited-seen"
          />
        ))}
      </svg>
      <Text size="xs" c="gray.7" style={{ whiteSpace: "nowrap" }} data-seen={seen.size}>
        {t("annotate.desk.seen", { seen: Math.min(seen.size, depth), all: depth })}
      </Text>
      {next !== undefined && (
        <UnstyledButton className="next-unseen" onClick={() => go(next)}>
          {t("annotate.desk.next_unseen", { slice: next + 1 })}
        </UnstyledButton>
      )}
    </Group>
  );
}
