import { Group, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get, type Page, type Query } from "../api";
import { Figure } from "./Figure";
import { count } from "./format";

export interface Wait {
  label: string;
  note?: string;
  path: string;
  query?: Query;
  to: string;
}

function Waits({ label, note, path, query, to }: Wait) {
  const rows = useQuery({
    queryKey: [path, { ...query, limit: 1 }],
    queryFn: () => get<Page<unknown>>(path, { ...query, limit: 1 }),
  });
  return (
    <UnstyledButton component={Link} to={to} className="choice">
      <Figure
        label={label}
        value={count(rows.data?.total)}
        bare
        {...(note === undefined ? {} : { note })}
      />
    </UnstyledButton>
  );
}

/** What waits for somebody, counted: each figure leads to its list. */
export function Waiting({ of }: { of: Wait[] }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" component="section" aria-label={t("parts.waiting")}>
      {of.map((one) => (
        <Waits key={one.label} {...one} />
      ))}
    </Group>
  );
}
