import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";

interface AuditRow {
  id: string;
  created_at: string;
  action: string;
  actor_id: string;
  role: string;
  table_name: string;
  row_id: string;
  subject_id: string | null;
  why: string | null;
  trace_id: string | null;
}

/** Who did what, when and why; sealed into a tree that a command checks. */
export function Audit() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen title={t("server.audit")} about={t("server.audit_about")}>
      <DataTable<AuditRow>
        path="/audit"
        label={t("server.audit")}
        empty={t("server.no_audit")}
        rowKey={(row) => row.id}
        narrow={["role", "action"]}
        filters={
          <Filter
            name="role"
            label={t("server.role")}
            options={["hospital", "curator", "reader", "licensee", "operator", "system"].map(
              (value) => ({
                value,
                label: said("shell.role", value),
              }),
            )}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("parts.when"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "action",
            label: t("server.action_label"),
            sort: true,
            cell: (row) => said("server.action", row.action),
          },
          {
            key: "actor_id",
            label: t("parts.who"),
            sort: true,
            cell: (row) => <Name id={row.actor_id} />,
          },
          {
            key: "role",
            label: t("server.role"),
            sort: true,
            cell: (row) => said("shell.role", row.role),
          },
          { key: "why", label: t("parts.why"), cell: (row) => row.why ?? "—" },
          { key: "row_id", label: t("server.row"), cell: (row) => <Hash value={row.row_id} /> },
          {
            key: "trace_id",
            label: t("parts.trace"),
            cell: (row) => <Hash value={row.trace_id} />,
          },
        ]}
      />
    </Screen>
  );
}
