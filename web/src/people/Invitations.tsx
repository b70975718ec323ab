import { Button, Group, Select, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Page } from "../api";
import { useSend } from "../parts/Act";
import { Empty } from "../parts/Empty";
import { moment } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMe } from "../shell/session";
import { PeopleViews } from "./Organisations";
import type { OrganisationRow } from "./rows";
import { Secret } from "./Secret";

interface InvitationRow {
  id: string;
  organisation_id: string;
  email: string;
  role: string;
  expires_at: string;
}

const ROLES_OF: Record<string, string[]> = {
  hospital: ["hospital"],
  licensee: ["licensee"],
  operator: ["curator", "reader", "operator"],
};

function Invite({ organisations }: { organisations: OrganisationRow[] }) {
  const { t } = useTranslation();
  const own = useMe().data?.organisation.id ?? null;
  const [secret, setSecret] = useState("");
  const [home, setHome] = useState<string | null>(own);
  const kind = organisations.find((one) => one.id === home)?.kind ?? "operator";
  const roles = ROLES_OF[kind] ?? [];
  const [role, setRole] = useState<string | null>(null);
  const chosen = role && roles.includes(role) ? role : (roles[0] ?? null);
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const sending = useSend<{ secret: string }>("/people/invitations", (made) => {
    setSecret(made.secret);
    form.reset();
  });
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        sending.mutate({ organisation_id: home, role: chosen, ...values }),
      )}
    >
      <Group align="flex-end" mb="sm">
        <Select
          size="xs"
          w={280}
          label={t("people.organisation")}
          allowDeselect={false}
          value={home}
          onChange={setHome}
          data={organisations.map((one) => ({ value: one.id, label: one.name }))}
        />
        <Select
          size="xs"
          label={t("people.role")}
          allowDeselect={false}
          value={chosen}
          onChange={setRole}
          data={roles.map((value) => ({ value, label: t(`shell.role.${value}`) }))}
        />
        <TextInput
          size="xs"
          w={260}
          type="email"
          label={t("shell.email")}
          required
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <Button type="submit" size="xs" loading={sending.isPending}>
          {t("people.invite")}
        </Button>
      </Group>
      {sending.error && <Refusal error={sending.error} />}
      {secret && <Secret value={secret} />}
    </form>
  );
}

/** Invite somebody; who has been invited and has not come yet. */
export function Invitations() {
  const { t } = useTranslation();
  return (
    <Screen title={t("people.invitations")} about={t("people.invitations_about")}>
      <PeopleViews />
      <Section title={t("people.invite_title")}>
        <Loaded<Page<OrganisationRow>>
          path="/people/organisations"
          query={{ limit: 500, sort: "name" }}
        >
          {(page) => <Invite organisations={page.items} />}
        </Loaded>
      </Section>
      <Section title={t("people.open_invitations")}>
        <Loaded<InvitationRow[]> path="/people/invitations">
          {(rows) =>
            rows.length === 0 ? (
              <Empty text={t("people.nobody_invited")} />
            ) : (
              <Table fz="sm" aria-label={t("people.open_invitations")}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t("shell.email")}</Table.Th>
                    <Table.Th scope="col">{t("people.role")}</Table.Th>
                    <Table.Th scope="col">{t("people.organisation")}</Table.Th>
                    <Table.Th scope="col">{t("people.ends")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={row.id}>
                      <Table.Td>{row.email}</Table.Td>
                      <Table.Td>{t(`shell.role.${row.role}`)}</Table.Td>
                      <Table.Td>
                        <Name id={row.organisation_id} />
                      </Table.Td>
                      <Table.Td>{moment(row.expires_at)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Section>
    </Screen>
  );
}
