import { Anchor, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import { FormDialog } from "../parts/form/FormDialog";
import { day } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { AddApproval, type Scope } from "./AddApproval";
import { Ends } from "./Ends";
import { ConsentViews } from "./Views";

interface ApprovalRow extends Scope {
  id: string;
  created_at: string;
  number: string;
  version: number;
}

interface AmendmentRow {
  version: number;
  decided_on: string;
  summary: string;
  changes: Record<string, [unknown, unknown]>;
}

/** Ethics approvals, with what each covers and when it ends. */
export function Approvals() {
  const { t } = useTranslation();
  const said = useCode();
  const manages = useMay("consent.manage");
  return (
    <Screen
      title={t("consent.title")}
      about={t("consent.about")}
      actions={
        manages && (
          <FormDialog label={t("consent.add_approval")}>
            {(close) => <AddApproval close={close} />}
          </FormDialog>
        )
      }
    >
      <ConsentViews />
      <DataTable<ApprovalRow>
        path="/consent/approvals"
        label={t("consent.approvals")}
        empty={t("consent.no_approvals")}
        rowKey={(row) => row.id}
        open={(row) => `/consent/approvals/${row.id}`}
        columns={[
          { key: "number", label: t("consent.number"), sort: true, cell: (row) => row.number },
          {
            key: "committee",
            label: t("consent.committee"),
            sort: true,
            cell: (row) => row.committee,
          },
          { key: "title", label: t("consent.study"), cell: (row) => row.title },
          {
            key: "purposes",
            label: t("consent.purposes"),
            cell: (row) =>
              row.purposes.map((one) => said("consent.use", one)).join(t("consent.comma")),
          },
          {
            key: "commercial",
            label: t("consent.commercial"),
            cell: (row) => t(row.commercial ? "parts.yes" : "parts.no"),
          },
          {
            key: "expires",
            label: t("consent.ends"),
            sort: true,
            cell: (row) => <Ends on={row.expires} />,
          },
        ]}
      />
    </Screen>
  );
}

function Amendments({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Loaded<AmendmentRow[]> path={`/consent/approvals/${id}/amendments`}>
      {(rows) =>
        rows.length > 0 && (
          <Section title={t("consent.amendments")}>
            {rows.map((one) => (
              <Facts
                key={one.version}
                caption={`${t("consent.version")} ${one.version} · ${day(one.decided_on)} · ${one.summary}`}
                rows={Object.entries(one.changes).map(([field, [before, now]]) => [
                  t(`consent.${field}`, { defaultValue: field }),
                  `${said(before)} → ${said(now)}`,
                ])}
              />
            ))}
          </Section>
        )
      }
    </Loaded>
  );
}

function said(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") || "—" : String(value ?? "—");
}

export function Approval() {
  const { t } = useTranslation();
  const manages = useMay("consent.manage");
  const said = useCode();
  return (
    <Loaded<ApprovalRow> path={`/consent/approvals/${useId()}`}>
      {(row) => (
        <Screen
          title={row.number}
          about={row.committee}
          actions={
            manages && (
              <FormDialog label={t("consent.amend")}>
                {(close) => <AddApproval close={close} amends={{ id: row.id, scope: row }} />}
              </FormDialog>
            )
          }
        >
          <Facts
            rows={[
              [t("consent.study"), row.title],
              [
                t("consent.purposes"),
                row.purposes.map((one) => said("consent.use", one)).join(t("consent.comma")),
              ],
              [
                t("consent.data_types"),
                row.data_types.map((one) => said("consent.data", one)).join(t("consent.comma")),
              ],
              [t("consent.modalities"), row.modalities.join(", ") || t("consent.every_modality")],
              [t("consent.body_parts"), row.body_parts.join(", ") || t("consent.every_modality")],
              [t("consent.countries"), row.countries.join(", ") || t("consent.nowhere")],
              [t("consent.gene_codes"), t(row.gene_codes ? "parts.yes" : "parts.no")],
              [t("consent.legal_basis"), row.legal_basis],
              [t("consent.plan_title"), row.plan_title],
              [t("consent.plan_version"), row.plan_version],
              [
                t("consent.notice_url"),
                row.notice_url && (
                  <Anchor key="notice" href={row.notice_url} fz="sm" rel="noreferrer">
                    {row.notice_url}
                  </Anchor>
                ),
              ],
              [t("consent.notice_from"), row.notice_from && day(row.notice_from)],
              [t("consent.notice_until"), row.notice_until && day(row.notice_until)],
              [
                t("consent.hospitals"),
                <Stack key="sites" gap={0}>
                  {row.sites.map((site) => (
                    <span key={site}>
                      <Name id={site} />
                    </span>
                  ))}
                </Stack>,
              ],
              [t("consent.commercial"), t(row.commercial ? "parts.yes" : "parts.no")],
              [t("consent.ends"), <Ends key="ends" on={row.expires} />],
              [t("consent.begins"), row.begins && day(row.begins)],
              [t("consent.on_record"), day(row.created_at)],
              [t("consent.version"), row.version],
            ]}
          />
          <Amendments id={row.id} />
        </Screen>
      )}
    </Loaded>
  );
}
