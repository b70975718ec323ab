import { Group, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get, type Page, type Query } from "../api";
import { Figure } from "./Figure";
import { count } from "./format";

interface Said {
  label: string;
  note?: string;
  to: string;
}

/** Something that waits: how many rows a list has, or a value that is known already. */
export type Wait = Said & ({ path: string; query?: Query } | { value: string });

function Counted({ path, query }: { path: string; query: Query | undefined }) {
  const rows = useQuery({
    queryKey: [path, { ...query, limit: 1 }],
    queryFn: () => get<Page<unknown>>(path, { ...query, limit: 1 }),
  });
  return <>{count(rows.data?.total)}</>;
}

function Waits(wait: Wait) {
  const { label, note, to } = wait;
  const value = "value" in wait ? wait.value : <Counted path={wait.path} query={wait.query} />;
  return (
    <UnstyledButton component={Link} to={to} className="choice">
      <Figure label={label} value={value} bare {...(note === undefined ? {} : { note })} />
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
