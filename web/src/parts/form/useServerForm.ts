import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api";
import { useMe } from "../../shell/session";
import { useSend } from "../Act";
import { isEmpty, limitOf, shareOut } from "./fields";

interface Given<V, A> {
  path: string;
  initial: V;
  /** What is sent; the values as they are where nothing is said. */
  body?: (values: V) => unknown;
  done?: (answer: A) => void;
  /** Refusals that are about one field, such as a name that is taken. */
  about?: Record<string, keyof V & string>;
  /** Under which name an unsent draft is kept in this tab. */
  keep: string;
}

function draftOf<V>(key: string, initial: V): V {
  try {
    return { ...initial, ...JSON.parse(sessionStorage.getItem(key) ?? "{}") };
  } catch {
    return initial;
  }
}

/** A form that the server checks: what it says of a field stands at the field. */
export function useServerForm<V extends Record<string, unknown>, A>(given: Given<V, A>) {
  const { path, initial, body, done, about = {} } = given;
  const { t, i18n } = useTranslation();
  const key = `renkei.draft.${useMe().data?.id}.${given.keep}`;
  const sending = useSend<A>(path, (answer) => {
    sessionStorage.removeItem(key);
    done?.(answer);
  });
  const form = useForm<V>({
    mode: "uncontrolled",
    initialValues: draftOf(key, initial),
    onValuesChange: (values) => sessionStorage.setItem(key, JSON.stringify(values)),
  });
  const sentence = (code: string, limit: string) => {
    const known = `parts.field.${code}`;
    return i18n.exists(known) ? t(known, { limit }) : t("parts.field.invalid");
  };
  const show = (error: unknown, values: V) => {
    if (!(error instanceof Problem)) return;
    const { at } = shareOut(error.errors, Object.keys(initial));
    const said: Record<string, string> = {};
    for (const [field, problem] of at) {
      said[field] = isEmpty(values[field])
        ? t("parts.field.missing")
        : sentence(problem.code, limitOf(problem));
    }
    const field = about[error.title];
    if (field) {
      const own = `parts.problem.${error.title}`;
      said[field] = i18n.exists(own) ? t(own) : error.detail;
    }
    form.setErrors(said);
    const first = Object.keys(said)[0];
    if (first) form.getInputNode(first)?.focus();
  };
  const submit = form.onSubmit((values) => {
    if (sending.isPending) return;
    sending.mutate(body ? body(values) : values, { onError: (error) => show(error, values) });
  });
  return { form, sending, submit };
}
