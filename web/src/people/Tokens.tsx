import { Button, Group, NumberInput, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { useSend } from "../parts/Act";
import { Empty } from "../parts/Empty";
import { moment } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { PeopleViews } from "./Organisations";
import { Secret } from "./Secret";

interface TokenRow {
  id: string;
  name: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
}

function stateOf(row: TokenRow): string {
  if (row.revoked_at) return "revoked";
  return new Date(row.expires_at) < new Date() ? "expired" : "active";
}

function Make() {
  const { t } = useTranslation();
  const [secret, setSecret] = useState("");
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "", days: 90 } });
  const sending = useSend<{ secret: string }>("/people/tokens", (made) => {
    setSecret(made.secret);
    form.reset();
  });
  return (
    <form onSubmit={form.onSubmit((values) => sending.mutate(values))}>
      <Group align="flex-end" mb="sm">
        <TextInput
          size="xs"
          w={260}
          required
          label={t("people.token_name")}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <NumberInput
          size="xs"
          w={120}
          min={1}
          max={365}
          hideControls
          label={t("people.days")}
          key={form.key("days")}
          {...form.getInputProps("days")}
        />
        <Button type="submit" size="xs" loading={sending.isPending}>
          {t("people.make_token")}
        </Button>
      </Group>
      {sending.error && <Refusal error={sending.error} />}
      {secret && <Secret value={secret} />}
    </form>
  );
}

function Revoke({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => send("DELETE", `/people/tokens/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/people/tokens"] }),
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={ending.isPending}
      onClick={() => ending.mutate()}
    >
      {t("people.revoke")}
    </Button>
  );
}

/** One's own tokens for programs. */
export function Tokens() {
  const { t } = useTranslation();
  return (
    <Screen title={t("people.tokens")} about={t("people.tokens_about")}>
      <PeopleViews />
      <Section title={t("people.new_token")}>
        <Make />
      </Section>
      <Section title={t("people.own_tokens")}>
        <Loaded<TokenRow[]> path="/people/tokens">
          {(rows) =>
            rows.length === 0 ? (
              <Empty text={t("people.no_tokens")} />
            ) : (
              <Table fz="sm" aria-label={t("people.own_tokens")}>
                <Table.Thead>
                  <Table.Tr>
                    {["token_name", "state", "since", "ends", "act"].map((name) => (
                      <Table.Th key={name} scope="col">
                        {t(`people.${name}`)}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={row.id}>
                      <Table.Td>{row.name}</Table.Td>
                      <Table.Td>
                        <State value={stateOf(row)} />
                      </Table.Td>
                      <Table.Td>{moment(row.created_at)}</Table.Td>
                      <Table.Td>{moment(row.expires_at)}</Table.Td>
                      <Table.Td>
                        {stateOf(row) === "active" ? <Revoke id={row.id} /> : "—"}
                      </Table.Td>
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
