import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import { Figure } from "../parts/Figure";
import { Filter } from "../parts/Filter";
import { count, megabytes, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { BatchRow, FileRow } from "./rows";

/** One batch: the sum that must hold, why files are held, and every file. */
export function Batch() {
  const { t } = useTranslation();
  const said = useCode();
  const id = useId();
  const sends = useMay("collect.send");
  return (
    <Loaded<BatchRow> path={`/collect/batches/${id}`}>
      {(batch) => {
        const held = Object.entries(batch.quarantined).sort((a, b) => b[1] - a[1]);
        const total = held.reduce((sum, [, number]) => sum + number, 0);
        return (
          <Screen
            title={t("collect.batch_of", { when: moment(batch.created_at) })}
            about={
              <>
                <Name id={batch.site_id} /> · {t("collect.sent_by")} <Name id={batch.opened_by} />
              </>
            }
            actions={
              <>
                <State value={batch.state} />
                {sends && batch.state === "open" && (
                  <Act
                    path={`/collect/batches/${id}/close`}
                    label={t("collect.close")}
                    variant="default"
                    confirm={{
                      type: t("collect.close_word"),
                      effects: [
                        t("collect.close_effect", { n: count(batch.missing) }),
                        t("collect.close_after"),
                      ],
                    }}
                  />
                )}
              </>
            }
          >
            <Group gap="xs" align="stretch">
              <Figure label={t("collect.sent")} value={count(batch.sent)} />
              <Text fz={22} c="gray.7" style={{ alignSelf: "center" }}>
                =
              </Text>
              <Figure label={t("collect.stored")} value={count(batch.stored)} />
              <Text fz={22} c="gray.7" style={{ alignSelf: "center" }}>
                +
              </Text>
              <Figure label={t("collect.quarantined")} value={count(total)} />
              {batch.missing > 0 && (
                <>
                  <Text fz={22} c="gray.7" style={{ alignSelf: "center" }}>
                    +
                  </Text>
                  <Figure label={t("collect.missing")} value={count(batch.missing)} />
                </>
              )}
            </Group>
            {held.length > 0 && (
              <Section title={t("collect.why_held")}>
                <Facts
                  rows={held.map(([code, number]) => [
                    said("collect.reason", code),
                    <span key={code}>
                      <b>{t("collect.files_n", { n: count(number) })}</b>{" "}
                      {t(`collect.advice.${code}`, { defaultValue: "" })}
                    </span>,
                  ])}
                />
              </Section>
            )}
            <Section title={t("collect.files")}>
              <DataTable<FileRow>
                path={`/collect/batches/${id}/files`}
                label={t("collect.files")}
                empty={t("collect.no_files")}
                rowKey={(row) => row.id}
                narrow={["state", "kind"]}
                filters={
                  <Filter
                    name="state"
                    label={t("collect.state")}
                    options={["stored", "quarantined", "expected"].map((value) => ({
                      value,
                      label: t(`parts.state.${value}`),
                    }))}
                  />
                }
                columns={[
                  {
                    key: "n",
                    label: t("collect.number"),
                    sort: true,
                    numeric: true,
                    cell: (row) => row.n,
                  },
                  {
                    key: "state",
                    label: t("collect.state"),
                    sort: true,
                    cell: (row) => <State value={row.state} />,
                  },
                  {
                    key: "reason",
                    label: t("collect.why"),
                    sort: true,
                    cell: (row) => (row.reason ? said("collect.reason", row.reason) : "—"),
                  },
                  {
                    key: "kind",
                    label: t("collect.kind"),
                    sort: true,
                    cell: (row) => said("collect.kinds", row.kind),
                  },
                  {
                    key: "bytes",
                    label: t("collect.size"),
                    sort: true,
                    numeric: true,
                    cell: (row) => megabytes(row.bytes),
                  },
                  {
                    key: "pseudonym",
                    label: t("collect.subject"),
                    cell: (row) =>
                      row.subject_id ? (
                        <Anchor
                          component={Link}
                          to={`/subjects/${row.subject_id}`}
                          fz="sm"
                          c="indigo.9"
                        >
                          {row.pseudonym}
                        </Anchor>
                      ) : (
                        (row.pseudonym ?? "—")
                      ),
                  },
                  { key: "sha256", label: "SHA-256", cell: (row) => <Hash value={row.sha256} /> },
                ]}
              />
            </Section>
          </Screen>
        );
      }}
    </Loaded>
  );
}
