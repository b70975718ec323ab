import { Select, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { Form } from "../parts/form/Form";
import { FormDialog } from "../parts/form/FormDialog";
import { useServerForm } from "../parts/form/useServerForm";
import { count } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { useRows } from "../parts/rows";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { duoCode } from "./duo";
import { Ends } from "./Ends";
import { Joint } from "./Joint";
import { Notes } from "./Notes";

type Shared = Wire<"WorkspaceDetailOut">;

/** What both sides of a joint research share: terms, data, products, questions, what is next. */
export function Workspace() {
  const { t } = useTranslation();
  const id = useId();
  const open = (shared: Shared) => shared.notes.filter((one) => one.question && !one.answer).length;
  return (
    <Loaded<Shared> path={`/consent/workspaces/${id}`}>
      {(shared) => (
        <Screen title={shared.approval.title} about={shared.hospital}>
          <Section title={t("consent.next_steps")}>
            <Facts
              rows={[
                ...shared.steps.map((step): [string, ReactNode] => [
                  t(`consent.step.${step.code}`),
                  <Ends key={step.code} on={step.on} />,
                ]),
                [t("consent.open_questions"), count(open(shared))],
              ]}
            />
          </Section>
          <Terms shared={shared} />
          <Joint id={id} />
          <Notes id={id} notes={shared.notes} />
          <People shared={shared} />
        </Screen>
      )}
    </Loaded>
  );
}

function Terms({ shared: { agreement, approval } }: { shared: Shared }) {
  const { t } = useTranslation();
  const said = useCode();
  const list = (group: string, codes: string[]) =>
    codes.map((one) => said(group, one)).join(t("consent.comma"));
  return (
    <Section title={t("consent.terms")}>
      <Facts
        rows={[
          [t("consent.agreement_number"), agreement.number],
          [
            t("consent.uses"),
            agreement.uses
              .map((code) => t(`consent.duo.${code}`, { defaultValue: duoCode(code) }))
              .join(t("consent.comma")),
          ],
          [t("consent.parties"), agreement.parties.join(t("consent.comma"))],
          [t("consent.signatories"), agreement.signatories.join(t("consent.comma"))],
          [t("consent.approval_number"), `${approval.number} (${approval.committee})`],
          [t("consent.version"), approval.version],
          [t("consent.purposes"), list("consent.use", approval.purposes)],
          [t("consent.data_types"), list("consent.data", approval.data_types)],
          [
            t("consent.modalities"),
            approval.modalities.join(t("consent.comma")) || t("consent.every_modality"),
          ],
          [
            t("consent.body_parts"),
            approval.body_parts.join(t("consent.comma")) || t("consent.every_modality"),
          ],
          [
            t("consent.countries"),
            approval.countries.join(t("consent.comma")) || t("consent.nowhere"),
          ],
          [
            t("consent.commercial"),
            t(approval.commercial && agreement.commercial ? "parts.yes" : "parts.no"),
          ],
          [
            t("consent.gene_codes"),
            t(approval.gene_codes && agreement.gene_codes ? "parts.yes" : "parts.no"),
          ],
        ]}
      />
    </Section>
  );
}

function People({ shared }: { shared: Shared }) {
  const { t } = useTranslation();
  const manages = useMay("consent.manage");
  return (
    <Section
      title={t("consent.investigators")}
      about={t("consent.investigators_about")}
      actions={
        manages && (
          <FormDialog label={t("consent.name_investigator")}>
            {(close) => <NameInvestigator shared={shared} close={close} />}
          </FormDialog>
        )
      }
    >
      {shared.investigators.length === 0 ? (
        <Text size="sm" c="gray.7">
          {t("consent.no_investigators")}
        </Text>
      ) : (
        <Table fz="sm" maw={760} verticalSpacing={5} aria-label={t("consent.investigators")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("people.name")}</Table.Th>
              <Table.Th scope="col">{t("people.organisation")}</Table.Th>
              {manages && <Table.Th scope="col">{t("people.act")}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shared.investigators.map((one) => (
              <Table.Tr key={one.user_id}>
                <Table.Td>{one.name}</Table.Td>
                <Table.Td>{one.organisation}</Table.Td>
                {manages && (
                  <Table.Td>
                    <Act
                      path={`/consent/workspaces/${shared.id}/investigators/${one.user_id}/leave`}
                      label={t("consent.take_out")}
                      aria-label={`${t("consent.take_out")}: ${one.name}`}
                      variant="default"
                      size="compact-xs"
                    />
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function NameInvestigator({ shared, close }: { shared: Shared; close: () => void }) {
  const { t } = useTranslation();
  const users = useRows<Wire<"UserOut">>("/people/users", { sort: "name" });
  const of = useServerForm({
    path: `/consent/workspaces/${shared.id}/investigators`,
    keep: `investigator.${shared.id}`,
    initial: { user_id: null as string | null },
    about: { not_involved: "user_id" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.name_investigator")} cancel={close}>
      <Select
        label={t("people.name")}
        description={t("consent.involved_about")}
        required
        searchable
        data-autofocus
        data={users
          .filter((user) => user.active)
          .map((user) => ({ value: user.id, label: `${user.name} (${user.email})` }))}
        key={form.key("user_id")}
        {...form.getInputProps("user_id")}
      />
    </Form>
  );
}
