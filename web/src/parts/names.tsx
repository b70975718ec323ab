import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, type Page } from "../api";
import { useMe } from "../shell/session";
import { Hash } from "./Hash";

interface Named {
  id: string;
  name: string;
}

/** The names that one may see of hospitals, organisations and users, by id. */
export function useNames(): Map<string, string> | undefined {
  const me = useMe().data;
  const lists = useQuery({
    queryKey: ["names", me?.id],
    enabled: Boolean(me),
    staleTime: 300_000,
    queryFn: async () => {
      const paths = ["/people/organisations", "/people/users"];
      const pages = await Promise.all(paths.map((path) => get<Page<Named>>(path, { limit: 500 })));
      return new Map(pages.flatMap((page) => page.items.map((row) => [row.id, row.name])));
    },
  });
  return lists.data ?? (lists.isError ? new Map() : undefined);
}

/** A person, hospital or organisation by its name; the id only where the name may not be seen. */
export function Name({ id }: { id: string | null | undefined }) {
  const { t } = useTranslation();
  const names = useNames();
  if (!id) return <>—</>;
  if (!names) return <>…</>;
  const name = names.get(id);
  if (name) return <>{name}</>;
  if (id === "machine" || id.startsWith("system")) {
    return (
      <Text span fz="sm" c="gray.7">
        {t("parts.platform")}
      </Text>
    );
  }
  return <Hash value={id} />;
}
