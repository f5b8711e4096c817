import { describe, expect, it } from "vitest";
import { fieldsOf, readArguments, textOf, WHOLE } from "./argument-fields";
import { beyond } from "./Preview";

const schema = {
  type: "object",
  properties: {
    to: { type: "array", items: { type: "string" } },
    subject: { type: "string", title: "Subject line" },
    body: { type: "string", description: "The text." },
    priority: { $ref: "#/$defs/Priority" },
    cc: { anyOf: [{ type: "string" }, { type: "null" }] },
    copies: { type: "integer" },
    weight: { type: ["number", "null"] },
    urgent: { type: "boolean" },
    where: { type: "object", properties: { room: { type: "string" } } },
  },
  required: ["to", "subject"],
  $defs: { Priority: { oneOf: [{ const: "low" }, { const: "high" }] } },
};
const args = {
  to: ["ada@example.org", "ben@example.org"],
  subject: "Hi",
  body: "One\nTwo",
  urgent: false,
  odd: [1],
};

const kinds = (of: unknown, value: unknown) =>
  Object.fromEntries(fieldsOf(of, value).map((field) => [field.name, field.kind]));

describe("fieldsOf", () => {
  it("makes a fitting field of every simple property, and JSON of the rest", () => {
    expect(kinds(schema, args)).toEqual({
      to: "lines",
      subject: "line",
      body: "text",
      priority: "choice",
      cc: "line",
      copies: "integer",
      weight: "number",
      urgent: "boolean",
      where: "json",
      odd: "json",
    });
    const fields = fieldsOf(schema, args);
    expect(fields.find((field) => field.name === "priority")?.choices).toEqual(["low", "high"]);
    expect(fields.map((field) => field.label).slice(0, 2)).toEqual(["To", "Subject line"]);
    expect(fields.filter((field) => field.required).map((field) => field.name)).toEqual(["to", "subject"]);
  });

  it("goes by the values where there is no schema, or the value does not fit it", () => {
    expect(kinds(undefined, { a: "x", b: 2, c: true, d: ["y"], e: null, f: { g: 1 } })).toEqual({
      a: "line",
      b: "number",
      c: "boolean",
      d: "lines",
      e: "json",
      f: "json",
    });
    expect(kinds({ properties: { a: { type: "string" } } }, { a: 7 })).toEqual({ a: "json" });
    expect(kinds({ $ref: "#", properties: { a: { $ref: "#/properties/a" } } }, { a: "x" })).toEqual({
      a: "line",
    });
  });

  it("takes arguments that are no object as one field", () => {
    const [field] = fieldsOf(schema, "text");
    expect(field).toMatchObject({ name: WHOLE, kind: "json" });
    expect(readArguments(field ? [field] : [], { [WHOLE]: "[1]" }, "text")).toEqual({
      args: [1],
      errors: {},
      changed: true,
    });
  });
});

describe("readArguments", () => {
  const fields = fieldsOf(schema, args);
  const read = (texts: Record<string, string>) => readArguments(fields, texts, args);

  it("changes nothing when nothing was changed", () => {
    expect(read({})).toEqual({ args, errors: {}, changed: false });
    expect(read({ subject: "Hi", to: textOf(fields[0] as never, args) })).toMatchObject({
      args,
      changed: false,
    });
  });

  it("gives each value its type", () => {
    expect(
      read({
        to: " eve@example.org \n\n",
        priority: "high",
        copies: "3",
        weight: "1.5",
        urgent: "true",
        where: '{"room":"4"}',
      }),
    ).toEqual({
      args: {
        ...args,
        to: ["eve@example.org"],
        priority: "high",
        copies: 3,
        weight: 1.5,
        urgent: true,
        where: { room: "4" },
      },
      errors: {},
      changed: true,
    });
  });

  it("says what does not fit and leaves the rest", () => {
    expect(read({ copies: "1.5", weight: "much", odd: "[1", body: "" })).toEqual({
      args: { to: args.to, subject: "Hi", urgent: false, odd: [1] },
      errors: { copies: "integer", weight: "number", odd: "json" },
      changed: true,
    });
  });

  it("leaves out what is emptied, but not what is needed", () => {
    expect(read({ to: "", subject: "" })).toMatchObject({ args: { to: [], subject: "" }, errors: {} });
    expect(
      readArguments(
        fieldsOf({ properties: { n: { type: "integer" } }, required: ["n"] }, { n: 1 }),
        { n: " " },
        { n: 1 },
      ).errors,
    ).toEqual({
      n: "missing",
    });
  });
});

describe("a preview", () => {
  it("is shown as far as the arguments do not show it", () => {
    expect(beyond(args, args)).toBeNull();
    expect(beyond({ kind: "email", subject: "Hi", from: "me@example.org" }, args)).toEqual({
      from: "me@example.org",
    });
    expect(beyond("Three lines will change.", args)).toBe("Three lines will change.");
    expect(beyond(null, args)).toBeNull();
  });
});
