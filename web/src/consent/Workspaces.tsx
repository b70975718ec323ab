import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { DataTable } from "../parts/DataTable";
import { Form } from "../parts/form/Form";
import { FormDialog } from "../parts/form/FormDialog";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { Ends } from "./Ends";
import { ConsentViews } from "./Views";

/** The joint research that one is named in. */
export function Workspaces() {
  const { t } = useTranslation();
  const manages = useMay("consent.manage");
  return (
    <Screen
      title={t("consent.workspaces")}
      about={t("consent.workspaces_about")}
      actions={
        manages && (
          <FormDialog label={t("consent.open_workspace")}>
            {(close) => <OpenWorkspace close={close} />}
          </FormDialog>
        )
      }
    >
      <ConsentViews />
      <DataTable<Wire<"WorkspaceOut">>
        path="/consent/workspaces"
        label={t("consent.workspaces")}
        empty={t("consent.no_workspaces")}
        rowKey={(row) => row.id}
        open={(row) => `/consent/workspaces/${row.id}`}
        columns={[
          { key: "number", label: t("consent.number"), sort: true, cell: (row) => row.number },
          { key: "title", label: t("consent.study"), sort: true, cell: (row) => row.title },
          {
            key: "expires",
            label: t("consent.approval_ends"),
            sort: true,
            cell: (row) => <Ends on={row.expires} />,
          },
        ]}
      />
    </Screen>
  );
}

function OpenWorkspace({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const joint = { kind: "joint_research", sort: "number" };
  const agreements = useRows<Wire<"AgreementOut">>("/consent/agreements", joint);
  const approvals = useRows<Wire<"ApprovalOut">>("/consent/approvals", { sort: "number" });
  const of = useServerForm({
    path: "/consent/workspaces",
    keep: "workspace",
    initial: { agreement_id: null as string | null, approval_id: null as string | null },
    about: { workspace_exists: "agreement_id", not_joint_research: "approval_id" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.open_workspace")} cancel={close}>
      <Select
        label={t("consent.agreement")}
        description={t("consent.agreement_joint_about")}
        required
        searchable
        data-autofocus
        data={agreements.map((one) => ({ value: one.id, label: one.number }))}
        key={form.key("agreement_id")}
        {...form.getInputProps("agreement_id")}
      />
      <Select
        label={t("consent.approval")}
        required
        searchable
        data={approvals.map((one) => ({ value: one.id, label: `${one.number} ${one.title}` }))}
        key={form.key("approval_id")}
        {...form.getInputProps("approval_id")}
      />
    </Form>
  );
}
