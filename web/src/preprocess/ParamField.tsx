import { Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { figure } from "../parts/Structure";
import type { ParamKind, Value } from "./draft";

interface Props {
  step: string;
  kind: ParamKind;
  /** What the plan says; undefined where it leaves the default. */
  value: Value | undefined;
  set: (value: Value | undefined) => void;
}

function numbers(text: string): number[] | null {
  const parts = text.split(/[\s,、]+/).filter(Boolean);
  const found = parts.map(Number);
  return parts.length > 0 && found.every(Number.isFinite) ? found : null;
}

function List({ label, hint, given, set }: ListProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(given.join(", "));
  return (
    <TextInput
      size="xs"
      label={label}
      description={hint}
      value={text}
      error={numbers(text) ? undefined : t("preprocess.build.numbers")}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const found = numbers(event.currentTarget.value);
        if (found) set(found);
      }}
    />
  );
}

interface ListProps {
  label: string;
  hint: string;
  given: number[];
  set: (value: number[]) => void;
}

/** One parameter of a step as a field with its limits and unit. */
export function ParamField({ step, kind, value, set }: Props) {
  const { t } = useTranslation();
  const say = useWords();
  const said = useCode();
  const own = said("preprocess.param", `${step}_${kind.name}`);
  const name = own === `${step}_${kind.name}` ? say("preprocess.data", kind.name) : own;
  const label = kind.unit && !name.includes(`(${kind.unit})`) ? `${name} [${kind.unit}]` : name;
  const limits =
    kind.low !== null && kind.high !== null
      ? t("preprocess.build.limits", { low: figure(kind.low), high: figure(kind.high) })
      : "";
  const given = value ?? (kind.default as Value);
  if (kind.count !== 1) {
    const many = kind.count > 0 ? t("preprocess.build.count", { n: kind.count }) : "";
    const hint = [many, limits].filter(Boolean).join(" · ");
    const list = Array.isArray(given) ? given : [];
    return <List label={label} hint={hint} given={list} set={set} />;
  }
  if (kind.kind === "flag") {
    return (
      <Checkbox
        size="xs"
        label={label}
        checked={given === true}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  }
  if (kind.kind === "text" && kind.choices.length > 0) {
    return (
      <Select
        size="xs"
        label={label}
        allowDeselect={false}
        value={String(given)}
        data={kind.choices.map((choice) => ({
          value: choice,
          label: say("preprocess.choice", choice),
        }))}
        onChange={(choice) => choice && set(choice)}
      />
    );
  }
  if (kind.kind === "text") {
    return (
      <TextInput
        size="xs"
        label={label}
        value={String(given)}
        maxLength={100}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  }
  return (
    <NumberInput
      size="xs"
      label={label}
      description={limits}
      value={typeof given === "number" ? given : ""}
      {...(kind.low === null ? {} : { min: kind.low })}
      {...(kind.high === null ? {} : { max: kind.high })}
      clampBehavior="none"
      onChange={(number) => set(typeof number === "number" ? number : undefined)}
    />
  );
}
