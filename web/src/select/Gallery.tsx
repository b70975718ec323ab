import { ActionIcon, Box, Button, Checkbox, Group, Modal, SimpleGrid, Text } from "@mantine/core";
import { IconLayoutGrid } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page, send } from "../api";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { useRows } from "../parts/list/useRows";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { Bulk } from "./Bulk";
import { CaseFilters } from "./CaseFilters";
import { SelectViews } from "./columns";
import { Montage } from "./Montage";
import type { CaseRow } from "./rows";
import { Thumbnail } from "./Thumbnail";

const A_PAGE = 48;

/** Judged cases as pictures: mark them by click or key, and decide on all of them at once. */
export function Gallery() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, string>;
  const query = {
    standing: search.standing,
    modality: search.modality,
    after: search.after,
    limit: A_PAGE,
  };
  const list = useQuery({
    queryKey: ["/select/cases", query],
    queryFn: () => get<Page<CaseRow>>("/select/cases", query),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.items ?? [];
  const ids = rows.map((row) => row.id);
  const root = useQuery({
    queryKey: ["root", "gallery", ids],
    enabled: ids.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.id);
      const wish = { series: of("series"), slides: of("slide"), purpose: "view" };
      return (await send<{ path: string }>("POST", "/dicomweb/roots", wish)).path;
    },
  });
  return (
    <Screen title={t("select.gallery.title")} about={t("select.gallery.about")}>
      <SelectViews />
      <Group gap="xs">
        <CaseFilters />
        <Text size="sm" c="gray.7" aria-live="polite">
          {list.data ? t("parts.total", { n: count(list.data.total) }) : " "}
        </Text>
      </Group>
      {list.error && <Refusal error={list.error} retry={() => void list.refetch()} />}
      {root.error && <Refusal error={root.error} retry={() => void root.refetch()} />}
      {list.data && rows.length === 0 && <Empty text={t("parts.nothing_matches")} />}
      {rows.length > 0 && <Cards key={ids.join()} rows={rows} root={root.data} />}
      <Group justify="flex-end" gap="xs">
        {search.after && (
          <Button size="xs" variant="default" onClick={() => history.back()}>
            {t("parts.previous")}
          </Button>
        )}
        {list.data?.next && (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              void navigate({ to: ".", search: { ...search, after: list.data?.next } as never })
            }
          >
            {t("parts.next")}
          </Button>
        )}
      </Group>
    </Screen>
  );
}

function Cards({ rows, root }: { rows: CaseRow[]; root: string | undefined }) {
  const { t } = useTranslation();
  const said = useCode();
  const navigate = useNavigate();
  const may = useMay("select.override");
  const [montage, setMontage] = useState<CaseRow | null>(null);
  const { marks, setMarks, mark, walked } = useRows({
    keys: rows.map((row) => row.id),
    marking: may,
    open: (index) => void navigate({ to: `/select/cases/${rows[index]?.id}` }),
  });
  const chosen = rows.filter((row) => marks.has(row.id));
  return (
    <>
      <Group mih={30} gap="sm">
        <Text size="sm" c="gray.7">
          {t("select.gallery.keys")}
        </Text>
        {may && chosen.length > 0 && <Bulk rows={chosen} clear={() => setMarks(new Set())} />}
      </Group>
      <SimpleGrid component="ul" cols={{ base: 2, sm: 3, md: 4, lg: 6 }} spacing="xs" m={0} p={0}>
        {rows.map((row, index) => {
          const part = row.body_part && said("parts.body", row.body_part);
          const name = [row.pseudonym, row.modality, part].filter(Boolean).join(" · ");
          return (
            <Box
              key={row.id}
              component="li"
              p={4}
              bdrs="sm"
              bg={marks.has(row.id) ? "indigo.1" : "gray.0"}
              miw={0}
              style={{ listStyle: "none" }}
              {...walked(index)}
              onClick={(event: React.MouseEvent) => {
                if (event.target instanceof Element && event.target.closest("a,button,input"))
                  return;
                if (may) mark(index, event.shiftKey);
              }}
            >
              <Thumbnail row={row} root={root} label={name} />
              <Group gap={6} mt={4} wrap="nowrap" justify="space-between">
                {may && (
                  <Checkbox
                    size="xs"
                    aria-label={`${t("parts.mark")}: ${name}`}
                    checked={marks.has(row.id)}
                    onChange={() => undefined}
                    onClick={(event) => mark(index, event.shiftKey)}
                  />
                )}
                <State value={row.standing} />
                {row.kind === "series" && (
                  <ActionIcon
                    size="sm"
                    variant="default"
                    aria-label={`${t("select.gallery.montage")}: ${name}`}
                    onClick={() => setMontage(row)}
                  >
                    <IconLayoutGrid size={14} aria-hidden />
                  </ActionIcon>
                )}
              </Group>
            </Box>
          );
        })}
      </SimpleGrid>
      <Modal
        opened={montage !== null}
        onClose={() => setMontage(null)}
        size="xl"
        title={t("select.gallery.montage")}
        closeButtonProps={{ "aria-label": t("parts.close") }}
        transitionProps={{ duration: 100 }}
      >
        {montage && root && <Montage base={`${root}/series/${montage.id}`} />}
      </Modal>
    </>
  );
}
