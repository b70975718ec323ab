import { Checkbox, Paper, Stack, Text, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { Form } from "../parts/form/Form";
import { FormDialog } from "../parts/form/FormDialog";
import { useServerForm } from "../parts/form/useServerForm";
import { moment } from "../parts/format";
import { Section } from "../parts/Section";

type NoteRow = Wire<"NoteOut">;

/** Short notes and questions between the two sides, newest first. */
export function Notes({ id, notes }: { id: string; notes: NoteRow[] }) {
  const { t } = useTranslation();
  return (
    <Section
      title={t("consent.notes")}
      about={t("consent.notes_about")}
      actions={
        <FormDialog label={t("consent.write_note")} about={t("consent.no_identities")}>
          {(close) => <WriteNote id={id} close={close} />}
        </FormDialog>
      }
    >
      {notes.length === 0 && (
        <Text size="sm" c="gray.7">
          {t("consent.no_notes")}
        </Text>
      )}
      <Stack gap="xs" maw={760} role="list" aria-label={t("consent.notes")}>
        {notes.map((note) => (
          <Paper key={note.id} withBorder p="xs" role="listitem">
            <By who={note.author} at={note.created_at} question={note.question && !note.answer} />
            <Said text={note.text} />
            {note.answer && (
              <>
                <By who={note.answered_by ?? ""} at={note.answered_at} />
                <Said text={note.answer} />
              </>
            )}
            {note.question && !note.answer && (
              <FormDialog
                label={t("consent.answer_it")}
                about={t("consent.no_identities")}
                variant="default"
                size="compact-xs"
                mt={6}
              >
                {(close) => <Answer id={id} note={note} close={close} />}
              </FormDialog>
            )}
          </Paper>
        ))}
      </Stack>
    </Section>
  );
}

function By({ who, at, question }: { who: string; at: string | null; question?: boolean }) {
  const { t } = useTranslation();
  return (
    <Text size="xs" c="gray.7">
      {who} · {moment(at)}
      {question && (
        <Text span size="xs" c="orange.9" fw={600} ml={8}>
          {t("consent.open_question")}
        </Text>
      )}
    </Text>
  );
}

function Said({ text }: { text: string }) {
  return (
    <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text}
    </Text>
  );
}

function WriteNote({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const of = useServerForm({
    path: `/consent/workspaces/${id}/notes`,
    keep: `note.${id}`,
    initial: { text: "", question: false },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.write_note")} cancel={close}>
      <Textarea
        label={t("consent.note")}
        required
        autosize
        minRows={3}
        maxLength={2000}
        data-autofocus
        key={form.key("text")}
        {...form.getInputProps("text")}
      />
      <Checkbox
        label={t("consent.is_question")}
        key={form.key("question")}
        {...form.getInputProps("question", { type: "checkbox" })}
      />
    </Form>
  );
}

function Answer({ id, note, close }: { id: string; note: NoteRow; close: () => void }) {
  const { t } = useTranslation();
  const of = useServerForm({
    path: `/consent/workspaces/${id}/notes/${note.id}/answer`,
    keep: `answer.${note.id}`,
    initial: { text: "" },
    about: { already_answered: "text" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.answer_it")} cancel={close}>
      <Textarea
        label={t("consent.answer")}
        description={note.text}
        required
        autosize
        minRows={3}
        maxLength={2000}
        data-autofocus
        key={form.key("text")}
        {...form.getInputProps("text")}
      />
    </Form>
  );
}
