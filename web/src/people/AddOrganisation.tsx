import { Select, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import type { OrganisationRow } from "./rows";

const KINDS = ["hospital", "licensee", "operator"];

/** Add a hospital, a licensee or a part of the operator. */
export function AddOrganisation({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const of = useServerForm({
    path: "/people/organisations",
    keep: "organisation",
    initial: { kind: "hospital", name: "", country: "JP" },
    done: (made: OrganisationRow) => void navigate({ to: `/people/organisations/${made.id}` }),
  });
  const { form } = of;
  return (
    <Form of={of} act={t("people.add")} cancel={close}>
      <Select
        label={t("people.kind")}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`people.kinds.${value}`) }))}
        key={form.key("kind")}
        {...form.getInputProps("kind")}
      />
      <TextInput
        label={t("people.name")}
        description={t("people.name_about")}
        required
        data-autofocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <TextInput
        label={t("people.country")}
        description={t("people.country_about")}
        required
        maxLength={2}
        w={160}
        key={form.key("country")}
        {...form.getInputProps("country")}
      />
    </Form>
  );
}
