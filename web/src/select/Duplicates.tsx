import { Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page, send, type Wire } from "../api";
import { useSend } from "../parts/Act";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { SelectViews } from "./columns";
import type { CaseRow } from "./rows";
import { Thumbnail } from "./Thumbnail";

type Pair = Wire<"DuplicateOut">;
const QUERY = { state: "open", limit: 50 };
const DECISIONS = ["confirmed", "dismissed"] as const;

/** Pairs of cases that hold the same images, side by side, for a person to decide. */
export function Duplicates() {
  const { t } = useTranslation();
  return (
    <Screen title={t("select.duplicates.title")} about={t("select.duplicates.about")}>
      <SelectViews />
      <Loaded<Page<Pair>> path="/select/duplicates" query={QUERY}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty text={t("select.duplicates.empty")} />
          ) : (
            <Table aria-label={t("select.duplicates.title")}>
              <Table.Tbody>
                {items.map((pair) => (
                  <Candidate key={pair.id} pair={pair} />
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Candidate({ pair }: { pair: Pair }) {
  const { t } = useTranslation();
  const said = useCode();
  const may = useMay("select.override");
  const [reason, setReason] = useState("");
  const deciding = useSend<Pair>(`/select/duplicates/${pair.id}`);
  const both = [pair.first_id, pair.second_id];
  const cases = useQuery({
    queryKey: ["root", "duplicate", pair.id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const rows = await Promise.all(both.map((id) => get<CaseRow>(`/select/cases/${id}`)));
      const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.id);
      const wish = { series: of("series"), slides: of("slide"), purpose: "view" };
      const root = await send<{ path: string }>("POST", "/dicomweb/roots", wish);
      return { rows, root: root.path };
    },
  });
  return (
    <Table.Tr>
      {both.map((id, at) => {
        const row = cases.data?.rows.find((one) => one.id === id);
        const name = [at ? pair.second_site : pair.first_site, row?.pseudonym, row?.modality];
        return (
          <Table.Td key={id} w={200}>
            {row && (
              <Thumbnail
                row={row}
                root={cases.data?.root}
                label={name.filter(Boolean).join(" · ")}
              />
            )}
          </Table.Td>
        );
      })}
      <Table.Td>
        <Stack gap={4}>
          {cases.error && <Refusal error={cases.error} />}
          <Text size="sm">
            {said("select.duplicates.kind", pair.kind)} ·{" "}
            {t("select.duplicates.share", { share: Math.round(100 * pair.share) })}
            {pair.across_sites && ` · ${t("select.duplicates.across")}`}
          </Text>
          {may && (
            <>
              <TextInput
                size="xs"
                label={t("parts.why")}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              <Group gap={6}>
                {DECISIONS.map((state) => (
                  <Button
                    key={state}
                    size="xs"
                    variant="default"
                    disabled={reason.trim().length < 3}
                    loading={deciding.isPending}
                    onClick={() => deciding.mutate({ state, reason: reason.trim() })}
                  >
                    {t(`select.duplicates.${state}`)}
                  </Button>
                ))}
              </Group>
            </>
          )}
          {deciding.error && <Refusal error={deciding.error} />}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}
