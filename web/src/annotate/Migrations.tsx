import { Anchor, Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Act } from "../parts/Act";
import { Empty } from "../parts/Empty";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Tabs } from "./Tabs";
import { shortReference, useNamed, useVocabulary } from "./words";

interface Waiting {
  task_id: string;
  modality: string;
  old: string;
  new: string;
  carried: string[];
  reread: string[];
  dropped: string[];
  unread: string[];
  whole: boolean;
}

const heads = ["task", "from", "to", "goes", "then"];

/** Signed labels whose vocabulary has a newer version: carried over, or read again. */
export function Migrations() {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["/annotate/migrations"],
    queryFn: () => get<Waiting[]>("/annotate/migrations"),
  });
  return (
    <Screen title={t("annotate.migration.title")} about={t("annotate.migration.about")}>
      <Tabs />
      {found.error && <Refusal error={found.error} />}
      {found.data?.length === 0 && <Empty text={t("annotate.migration.none")} />}
      <Table fz="sm" verticalSpacing={6} hidden={!found.data?.length}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((name) => (
              <Table.Th scope="col" key={name}>
                {t(`annotate.migration.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.data?.map((one) => (
            <Row key={one.task_id} one={one} />
          ))}
        </Table.Tbody>
      </Table>
    </Screen>
  );
}

function Row({ one }: { one: Waiting }) {
  const { t } = useTranslation();
  const named = useNamed();
  const old = useVocabulary(one.old).data;
  const words = useVocabulary(one.new).data;
  const names = (keys: string[]) =>
    keys
      .map((key) =>
        named([...(words?.terms ?? []), ...(old?.terms ?? [])].find((w) => w.key === key)),
      )
      .join(t("annotate.comma"));
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/annotate/tasks/${one.task_id}`} size="sm">
          {one.modality}
        </Anchor>
      </Table.Td>
      <Table.Td>{shortReference(one.old)}</Table.Td>
      <Table.Td>{shortReference(one.new)}</Table.Td>
      <Table.Td>
        {(["reread", "unread", "dropped"] as const).map(
          (what) =>
            one[what].length > 0 && (
              <Text size="xs" key={what}>
                {t(`annotate.migration.${what}`, { labels: names(one[what]) })}
              </Text>
            ),
        )}
        <Text size="xs" c="gray.7">
          {t("annotate.migration.carried", { n: one.carried.length })}
        </Text>
      </Table.Td>
      <Table.Td>
        {one.whole ? (
          <Act
            path={`/annotate/migrations/${one.task_id}/carry`}
            size="compact-sm"
            label={t("annotate.migration.carry")}
          />
        ) : (
          <>
            <Badge color="orange.9" radius="sm">
              {t("annotate.migration.read_again")}
            </Badge>{" "}
            <Anchor component={Link} to="/annotate/hand-out" size="sm">
              {t("annotate.tabs.hand_out")}
            </Anchor>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
