import { Group, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { Outcome } from "../parts/form/Outcome";
import { useServerForm } from "../parts/form/useServerForm";
import { count } from "../parts/format";

interface Filled {
  asked: number;
  added: number;
  rejected: Record<string, number>;
}

/** Take every ready case into a draft, and say why the others stayed out. */
export function FillDraft({ version, close }: { version: string; close: () => void }) {
  const { t } = useTranslation();
  const [filled, setFilled] = useState<Filled | null>(null);
  const of = useServerForm({
    path: `/publish/versions/${version}/cases`,
    keep: `fill.${version}`,
    initial: { modality: "CT", limit: "" as number | string },
    body: ({ modality, limit }) => ({
      modality: modality.trim().toUpperCase(),
      limit: limit === "" ? null : Number(limit),
    }),
    done: setFilled,
  });
  const { form } = of;
  if (filled) {
    return (
      <Outcome
        sentence={t("publish.filled", { added: count(filled.added), asked: count(filled.asked) })}
        left={filled.rejected}
        group="publish.out"
        close={close}
      />
    );
  }
  return (
    <Form of={of} act={t("publish.fill")} cancel={close}>
      <Group grow align="flex-start">
        <TextInput
          label={t("publish.modality")}
          description={t("publish.modality_about")}
          required
          data-autofocus
          key={form.key("modality")}
          {...form.getInputProps("modality")}
        />
        <NumberInput
          label={t("publish.limit")}
          description={t("publish.limit_about")}
          min={1}
          key={form.key("limit")}
          {...form.getInputProps("limit")}
        />
      </Group>
    </Form>
  );
}
