/**
 * A call's arguments as fields of a form, made from the tool's JSON Schema where that is simple. What is not simple
 * becomes a field of JSON, so that everything can be read and changed. Pure: text in, values out.
 */
import { spaced } from "../tool-card/tool-words";

export type FieldKind = "line" | "text" | "number" | "integer" | "boolean" | "choice" | "lines" | "json";

export interface ArgumentField {
  name: string;
  label: string;
  /** What the tool says of it. */
  help: string;
  kind: FieldKind;
  required: boolean;
  choices: readonly string[];
}

/** Under this name the whole arguments are one field, where they are no object. */
export const WHOLE = "";

type Json = Record<string, unknown>;

/** The fields of a call, in the order of the schema; what the schema does not know comes last. */
export function fieldsOf(schema: unknown, args: unknown): ArgumentField[] {
  if (!isObject(args)) {
    return [{ name: WHOLE, label: "", help: "", kind: "json", required: true, choices: [] }];
  }
  const root = isObject(schema) ? schema : {};
  const properties = isObject(root["properties"]) ? root["properties"] : {};
  const required = Array.isArray(root["required"]) ? root["required"] : [];
  const names = [...new Set([...Object.keys(properties), ...Object.keys(args)])];
  return names.map((name) => {
    const property = resolve(properties[name], root);
    const { kind, choices } = kindOf(property, args[name]);
    return {
      name,
      label: text(property["title"]) || spaced(name),
      help: text(property["description"]),
      kind,
      required: required.includes(name),
      choices,
    };
  });
}

/** Follows a reference within the schema, and takes `null` out of a choice of types. */
function resolve(property: unknown, root: Json, depth = 0): Json {
  if (!isObject(property) || depth > 4) return {};
  const reference = text(property["$ref"]);
  if (reference.startsWith("#/")) {
    const found = reference
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), root);
    return { ...resolve(found, root, depth + 1), ...without(property, "$ref") };
  }
  for (const key of ["anyOf", "oneOf"]) {
    const options = property[key];
    if (!Array.isArray(options)) continue;
    const real = options.filter((option) => !(isObject(option) && option["type"] === "null"));
    if (real.length === 1) return { ...resolve(real[0], root, depth + 1), ...without(property, key) };
    const words = real.map((option) => (isObject(option) ? option["const"] : undefined));
    if (words.length > 0 && words.every((word) => typeof word === "string"))
      return { ...without(property, key), type: "string", enum: words };
  }
  return property;
}

function kindOf(property: Json, value: unknown): { kind: FieldKind; choices: readonly string[] } {
  const plain = (kind: FieldKind) => ({ kind, choices: [] });
  const fits = (type: string) => value === undefined || value === null || typeof value === type;
  const choices = property["enum"];
  if (Array.isArray(choices) && choices.every((one) => typeof one === "string") && fits("string"))
    return { kind: "choice", choices };
  const types = [property["type"]].flat().filter((type) => type !== undefined && type !== "null");
  const type = types.length === 1 ? types[0] : types.length === 0 ? typeOf(value) : "mixed";
  if (type === "string" && fits("string")) {
    const written = typeof value === "string" ? value : "";
    const long = written.length > 80 || written.includes("\n") || Number(property["maxLength"]) > 400;
    return plain(long ? "text" : "line");
  }
  if (type === "integer" && fits("number")) return plain("integer");
  if (type === "number" && fits("number")) return plain("number");
  if (type === "boolean" && fits("boolean")) return plain("boolean");
  const items = isObject(property["items"]) ? property["items"]["type"] : undefined;
  const ofText = Array.isArray(value) && value.every((one) => typeof one === "string" && !one.includes("\n"));
  if (type === "array" && (items === "string" || items === undefined) && (ofText || value === undefined))
    return items === undefined && value === undefined ? plain("json") : plain("lines");
  return plain("json");
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null || value === undefined ? "mixed" : typeof value;
}

/** The value of a field as the form shows it. */
export function textOf(field: ArgumentField, args: unknown): string {
  const value = field.name === WHOLE ? args : isObject(args) ? args[field.name] : undefined;
  if (value === undefined || (value === null && field.kind !== "json")) return "";
  switch (field.kind) {
    case "line":
    case "text":
    case "choice":
    case "number":
    case "integer":
    case "boolean":
      return typeof value === "string" ? value : JSON.stringify(value);
    case "lines":
      return Array.isArray(value) ? value.join("\n") : "";
    case "json":
      return JSON.stringify(value, null, 2);
  }
}

export type FieldError = "missing" | "number" | "integer" | "json";

export interface ReadArguments {
  args: unknown;
  errors: Readonly<Record<string, FieldError>>;
  /** Whether anything differs from what the model asked for. */
  changed: boolean;
}

/** Makes arguments of what stands in the form. `texts` holds the changed fields only. */
export function readArguments(
  fields: readonly ArgumentField[],
  texts: Readonly<Record<string, string>>,
  original: unknown,
): ReadArguments {
  const errors: Record<string, FieldError> = {};
  const args: Json = isObject(original) ? { ...original } : {};
  let whole = original;
  let changed = false;
  for (const field of fields) {
    const written = texts[field.name];
    if (written === undefined || written === textOf(field, original)) continue;
    changed = true;
    if (written.trim() === "") {
      const canBeEmpty = field.required && (field.kind === "line" || field.kind === "text");
      if (field.kind === "lines" && field.required) args[field.name] = [];
      else if (canBeEmpty) args[field.name] = written;
      else if (field.required) errors[field.name] = "missing";
      else delete args[field.name];
      continue;
    }
    const value = readValue(field.kind, written);
    if ("error" in value) errors[field.name] = value.error;
    else if (field.name === WHOLE) whole = value.value;
    else args[field.name] = value.value;
  }
  const isWhole = fields.some((field) => field.name === WHOLE);
  return { args: isWhole ? whole : args, errors, changed };
}

function readValue(kind: FieldKind, written: string): { value: unknown } | { error: FieldError } {
  switch (kind) {
    case "line":
    case "text":
    case "choice":
      return { value: written };
    case "boolean":
      return { value: written === "true" };
    case "lines":
      return {
        value: written
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== ""),
      };
    case "number":
    case "integer": {
      const number = Number(written.trim());
      if (!Number.isFinite(number)) return { error: "number" };
      return kind === "integer" && !Number.isInteger(number) ? { error: "integer" } : { value: number };
    }
    case "json":
      try {
        return { value: JSON.parse(written) as unknown };
      } catch {
        return { error: "json" };
      }
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function without(object: Json, key: string): Json {
  const { [key]: _gone, ...rest } = object;
  return rest;
}
